using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Storage;

public sealed class PartitionLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("partition-").FullName;
    private readonly ManualClock _clock = new();
    private readonly StorageSettings _settings = new();

    public void Dispose()
    {
        _settings.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void A_log_cut_at_any_byte_keeps_every_batch_before_the_cut_and_goes_on_behind_them()
    {
        Prop.ForAll(Gen.Choose(0, 10_000).ToArbitrary(), cut =>
        {
            var directory = Directory.CreateDirectory(Path.Combine(_directory, Guid.NewGuid().ToString("N"))).FullName;
            var ends = new List<long> { 0 };
            var killed = Open(directory);
            for (var i = 0; i < 20; i++)
            {
                killed.Append(TestBatch.Encode($"value-{i}")).BaseOffset.ShouldBe(i);
                ends.Add(killed.SizeInBytes);
            }

            killed.Abandon();

            var length = cut % (ends[^1] + 1);
            using (var file = File.OpenWrite(Directory.GetFiles(directory, "*.log").Single()))
                file.SetLength(length);
            var kept = ends.FindLastIndex(end => end <= length);
            using (var log = Open(directory))
            {
                log.EndOffset.ShouldBe(kept);
                log.Append(TestBatch.Encode("next")).BaseOffset.ShouldBe(kept);
                log.ReadAll(0).Select(static record => record.Value)
                    .ShouldBe([.. Enumerable.Range(0, kept).Select(static i => $"value-{i}"), "next"]);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_flipped_byte_in_the_last_batch_cuts_that_batch_only()
    {
        var killed = Open(_directory);
        killed.Append(TestBatch.Encode("first"));
        killed.Append(TestBatch.Encode("second"));
        killed.Abandon();

        FlipByte(Directory.GetFiles(_directory, "*.log").Single(), fromEnd: 3);

        using var recovered = Open(_directory);
        recovered.ReadAll(0).ShouldBe([(0, "first")]);
        recovered.Append(TestBatch.Encode("third")).BaseOffset.ShouldBe(1);
    }

    [Fact]
    public void A_flipped_byte_inside_the_log_costs_its_batch_and_the_rest_is_served()
    {
        long second, third;
        using (var log = Open(_directory))
        {
            log.Append(TestBatch.Encode("first"));
            second = log.SizeInBytes;
            log.Append(TestBatch.Encode("second"));
            third = log.SizeInBytes;
            log.Append(TestBatch.Encode("third"));
        }

        var path = Directory.GetFiles(_directory, "*.log").Single();
        FlipByte(path, fromEnd: (int)(new FileInfo(path).Length - third + 3));

        using var recovered = Open(_directory);
        third.ShouldBeGreaterThan(second);
        recovered.EndOffset.ShouldBe(3);
        recovered.ReadAll(0).ShouldBe([(0, "first"), (2, "third")]);
        recovered.ReadAll(1).ShouldBe([(2, "third")]);
    }

    [Fact]
    public void A_duplicate_gets_its_first_offset_and_a_gap_is_refused_also_after_a_restart()
    {
        using (var log = Open(_directory))
        {
            for (var sequence = 0; sequence < 7; sequence++)
                log.Append(Sequenced(sequence)).BaseOffset.ShouldBe(sequence);
        }

        using var recovered = Open(_directory);
        recovered.Append(Sequenced(6)).ShouldBe(new AppendResult(ErrorCode.None, 6, -1));
        recovered.Append(Sequenced(2)).ShouldBe(new AppendResult(ErrorCode.None, 2, -1));
        recovered.Append(Sequenced(8)).Error.ShouldBe(ErrorCode.OutOfOrderSequenceNumber);
        recovered.Append(Sequenced(7)).BaseOffset.ShouldBe(7);
        recovered.EndOffset.ShouldBe(8);
    }

    [Fact]
    public void A_newer_epoch_starts_at_sequence_zero_and_fences_the_older()
    {
        using var log = Open(_directory);
        log.Append(Sequenced(0));

        log.Append(Sequenced(5, epoch: 1)).Error.ShouldBe(ErrorCode.OutOfOrderSequenceNumber);
        log.Append(Sequenced(0, epoch: 1)).BaseOffset.ShouldBe(1);
        log.Append(Sequenced(1)).Error.ShouldBe(ErrorCode.InvalidProducerEpoch);
    }

    [Fact]
    public void Sequence_numbers_wrap_to_zero()
    {
        using var log = Open(_directory);
        log.Append(Sequenced(int.MaxValue)).Error.ShouldBe(ErrorCode.None);

        log.Append(Sequenced(0)).BaseOffset.ShouldBe(1);
    }

    [Fact]
    public void Reads_go_on_over_segments_from_any_offset()
    {
        using var log = Open(_directory, ("segment.bytes", "1024"));
        for (var i = 0; i < 100; i++)
            log.Append(TestBatch.Encode($"value-{i}"));

        Directory.GetFiles(_directory, "*.log").Length.ShouldBeGreaterThan(3);
        for (var from = 0; from <= 100; from++)
            log.ReadAll(from).Select(static record => record.Offset).ShouldBe(Enumerable.Range(from, 100 - from).Select(static i => (long)i));
        log.Find(101, 1000, atLeastOne: true).ShouldBeNull();
        log.Find(-1, 1000, atLeastOne: true).ShouldBeNull();
    }

    [Fact]
    public void A_slice_holds_whole_batches_up_to_its_limit_or_one_larger_one()
    {
        using var log = Open(_directory);
        for (var i = 0; i < 10; i++)
            log.Append(TestBatch.Encode(new string('x', 200)));
        var batch = (int)(log.SizeInBytes / 10);

        Bytes(log.Find(0, batch * 3, atLeastOne: false)).ShouldBe(batch * 3);
        Bytes(log.Find(0, (batch * 3) - 1, atLeastOne: false)).ShouldBe(batch * 2);
        Bytes(log.Find(4, 1, atLeastOne: true)).ShouldBe(batch);
        Bytes(log.Find(4, 1, atLeastOne: false)).ShouldBe(0);
    }

    [Fact]
    public void Retention_by_age_moves_the_start_and_keeps_the_offsets_after_a_restart()
    {
        (string, string)[] config = [("retention.ms", "60000"), ("message.timestamp.type", "LogAppendTime")];
        using (var log = Open(_directory, config))
        {
            log.Append(TestBatch.Encode("old"));
            _clock.Advance(TimeSpan.FromSeconds(30));
            log.ApplyRetention().ShouldBe(0);
            _clock.Advance(TimeSpan.FromSeconds(31));
            log.ApplyRetention().ShouldBe(1);
            log.StartOffset.ShouldBe(1);
            log.ApplyRetention().ShouldBe(0);
        }

        using var recovered = Open(_directory, config);
        recovered.StartOffset.ShouldBe(1);
        recovered.Append(TestBatch.Encode("new")).BaseOffset.ShouldBe(1);
        recovered.Find(0, 1000, atLeastOne: true).ShouldBeNull();
    }

    [Fact]
    public void Retention_by_size_deletes_the_oldest_segments_only()
    {
        using var log = Open(_directory, ("segment.bytes", "1024"), ("retention.bytes", "3000"));
        for (var i = 0; i < 100; i++)
            log.Append(TestBatch.Encode($"value-{i}", _clock.NowMs));

        log.ApplyRetention().ShouldBeGreaterThan(0);

        log.SizeInBytes.ShouldBeInRange(3000, 3000 + 1024);
        log.ReadAll(log.StartOffset)[^1].ShouldBe((99, "value-99"));
    }

    [Fact]
    public void A_time_finds_the_first_batch_at_or_after_it()
    {
        using var log = Open(_directory, ("segment.bytes", "2048"));
        for (var i = 0; i < 200; i++)
            log.Append(TestBatch.Encode("value", unixMs: 1000 + (i * 10)));

        for (var i = 0; i < 200; i++)
        {
            log.FindTimestamp(1000 + (i * 10))!.Value.Header.BaseOffset.ShouldBe(i);
            log.FindTimestamp(1000 + (i * 10) - 9)!.Value.Header.BaseOffset.ShouldBe(i);
        }

        log.FindTimestamp(2991).ShouldBeNull();
    }

    [Fact]
    public async Task A_subscribed_waiter_is_told_of_an_append()
    {
        using var log = Open(_directory);
        using var waiter = new AppendWaiter();
        log.Subscribe(waiter);

        log.Append(TestBatch.Encode("value"));

        (await waiter.WaitAsync(TimeSpan.FromSeconds(5), CancellationToken.None)).ShouldBeTrue();
        log.Unsubscribe(waiter);
    }

    private static byte[] Sequenced(int sequence, short epoch = 0) => TestBatch.Encode("value", producerId: 42, epoch: epoch, sequence: sequence);

    private static int Bytes(LogSlice? slice) => slice!.Value.ReadWholeBatches(new byte[slice.Value.Length]);

    private static void FlipByte(string path, int fromEnd)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = file.Length - fromEnd;
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)~value);
    }

    private PartitionLog Open(string directory, params (string Name, string Value)[] settings)
    {
        var config = new TopicConfig(settings.ToDictionary(static setting => setting.Name, static setting => setting.Value));
        return new PartitionLog(directory, () => config, _clock, NullLogger.Instance, _settings);
    }
}
