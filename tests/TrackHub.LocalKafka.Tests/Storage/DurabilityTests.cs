using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Storage;

public sealed class DurabilityTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("durable-").FullName;
    private readonly ManualClock _clock = new();
    private readonly TestDisk _disk = new();
    private readonly List<StorageSettings> _opened = [];

    public void Dispose()
    {
        _disk.MayFlush.Set();
        _opened.ForEach(static settings => settings.Dispose());
        _disk.MayFlush.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Under_fsync_an_ack_waits_and_all_that_come_meanwhile_share_the_next()
    {
        using var log = Open(FsyncMode.Batch);
        var before = _disk.Flushes;
        _disk.MayFlush.Reset();
        var first = Append(log);
        await Eventually.TrueAsync(() => _disk.Flushes == before + 1, () => "the first flush has not begun");
        var others = Enumerable.Range(0, 100).Select(_ => Append(log)).ToList();

        first.IsCompleted.ShouldBeFalse();
        log.EndOffset.ShouldBe(0);
        log.ReadAll(0).ShouldBeEmpty();

        _disk.MayFlush.Set();
        (await first).ShouldBe(ErrorCode.None);
        (await Task.WhenAll(others)).ShouldAllBe(error => error == ErrorCode.None);
        _disk.Flushes.ShouldBe(before + 2);
        log.EndOffset.ShouldBe(101);
        log.ReadAll(0).Count.ShouldBe(101);
    }

    [Fact]
    public async Task A_waiting_reader_is_told_when_the_disk_has_the_record_not_before()
    {
        using var log = Open(FsyncMode.Batch);
        using var waiter = new AppendWaiter();
        log.Subscribe(waiter);
        _disk.MayFlush.Reset();

        var append = Append(log);
        (await waiter.WaitAsync(TimeSpan.Zero, CancellationToken.None)).ShouldBeFalse();
        _disk.MayFlush.Set();
        (await waiter.WaitAsync(TimeSpan.FromSeconds(20), CancellationToken.None)).ShouldBeTrue();

        log.EndOffset.ShouldBe(1);
        await append;
        log.Unsubscribe(waiter);
    }

    [Theory]
    [InlineData(FsyncMode.Batch, "9223372036854775807")]
    [InlineData(FsyncMode.Off, "1")]
    public async Task After_a_failed_fsync_nothing_is_acknowledged_until_the_log_is_opened_again(FsyncMode mode, string flushMessages)
    {
        var log = Open(mode, ("flush.messages", flushMessages));
        (await Append(log)).ShouldBe(ErrorCode.None);
        _disk.RefusesToFlush = true;
        (await Append(log)).ShouldBe(ErrorCode.KafkaStorageError);

        // The disk seems well again, but what it dropped it will not tell.
        _disk.RefusesToFlush = false;
        (await Append(log)).ShouldBe(ErrorCode.KafkaStorageError);
        log.ReadAll(0)[0].ShouldBe((0, "value"));
        log.Dispose();

        File.Exists(Path.Combine(_directory, "clean-stop")).ShouldBeFalse();
        using var recovered = Open(mode, ("flush.messages", flushMessages));
        (await Append(recovered)).ShouldBe(ErrorCode.None);
    }

    [Fact]
    public async Task An_idempotent_batch_sent_again_waits_for_its_first_copy()
    {
        using var log = Open(FsyncMode.Batch);
        _disk.MayFlush.Reset();
        var batch = TestBatch.Encode("value", producerId: 7, epoch: 0, sequence: 0);
        log.Append([.. batch]).BaseOffset.ShouldBe(0);

        log.Append([.. batch]).BaseOffset.ShouldBe(0);
        var again = log.DurableAsync(0).AsTask();
        again.IsCompleted.ShouldBeFalse();
        _disk.MayFlush.Set();

        (await again).ShouldBe(ErrorCode.None);
        log.IsDurable(0).ShouldBeTrue();
    }

    [Fact]
    public async Task Flush_messages_forces_the_log_to_the_disk_each_so_many_records()
    {
        using var log = Open(FsyncMode.Off, ("flush.messages", "10"));
        for (var i = 1; i <= 9; i++)
            Append(log).IsCompleted.ShouldBeTrue();
        _disk.Flushes.ShouldBe(0);

        (await Append(log)).ShouldBe(ErrorCode.None);

        _disk.Flushes.ShouldBe(1);
        Append(log).IsCompleted.ShouldBeTrue();
        _disk.Flushes.ShouldBe(1);
    }

    [Fact]
    public async Task Flush_ms_forces_the_log_to_the_disk_so_long_after_a_record()
    {
        using var log = Open(FsyncMode.Off, ("flush.ms", "1000"));
        Append(log).IsCompleted.ShouldBeTrue();
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        _disk.Flushes.ShouldBe(0);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.TrueAsync(() => _disk.Flushes == 1, () => $"{_disk.Flushes} flushes");
    }

    [Fact]
    public void Without_fsync_and_flush_settings_nothing_waits_and_nothing_is_flushed()
    {
        using (var log = Open(FsyncMode.Off, ("segment.bytes", "1024")))
        {
            for (var i = 0; i < 100; i++)
                Append(log).IsCompletedSuccessfully.ShouldBeTrue();
        }

        _disk.Flushes.ShouldBe(0);
    }

    [Fact]
    public void A_segment_that_was_closed_before_its_flush_is_flushed_with_the_next()
    {
        using var log = Open(FsyncMode.Batch, ("segment.bytes", "1024"));
        _disk.MayFlush.Reset();
        for (var i = 0; i < 60; i++)
            log.Append(TestBatch.Encode("value"));
        var segments = log.Segments.Count;
        segments.ShouldBeGreaterThan(3);
        _disk.MayFlush.Set();

        log.TryForce().ShouldBeTrue();

        log.EndOffset.ShouldBe(60);
        log.ReadAll(0).Count.ShouldBe(60);
        _disk.Flushes.ShouldBeGreaterThanOrEqualTo(segments);
    }

    private static Task<ErrorCode> Append(PartitionLog log)
    {
        var result = log.Append(TestBatch.Encode("value"));
        return result.Error == ErrorCode.None ? log.DurableAsync(result.BaseOffset).AsTask() : Task.FromResult(result.Error);
    }

    private PartitionLog Open(FsyncMode mode, params (string Name, string Value)[] config)
    {
        var settings = new StorageSettings { Disk = _disk, Fsync = mode };
        _opened.Add(settings);
        var topic = new TopicConfig(config.ToDictionary(static setting => setting.Name, static setting => setting.Value));
        return new PartitionLog(_directory, () => topic, _clock, NullLogger.Instance, settings);
    }
}
