using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Storage;

public sealed class LogStartTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("start-").FullName;
    private readonly ManualClock _clock = new();
    private readonly TestDisk _disk = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_start_inside_a_segment_hides_what_is_before_it_and_survives_a_restart(bool isClean)
    {
        var log = Filled(100);
        log.DeleteTo(42).ShouldBe(ErrorCode.None);
        ShouldStartAt(log, 42);
        log.Segments[0].BaseOffset.ShouldBeInRange(30, 42);
        log.DeleteTo(10).ShouldBe(ErrorCode.None);
        ShouldStartAt(log, 42);

        if (isClean)
            log.Dispose();
        else
            log.Abandon();
        using var recovered = Open();
        ShouldStartAt(recovered, 42);
    }

    [Fact]
    public void An_offset_outside_the_log_is_refused()
    {
        using var log = Filled(10);

        log.DeleteTo(11).ShouldBe(ErrorCode.OffsetOutOfRange);
        log.DeleteTo(-1).ShouldBe(ErrorCode.OffsetOutOfRange);
        log.StartOffset.ShouldBe(0);
    }

    [Fact]
    public void A_log_emptied_to_its_end_goes_on_there()
    {
        using (var log = Filled(50))
        {
            log.DeleteTo(50).ShouldBe(ErrorCode.None);
            log.SizeInBytes.ShouldBe(0);
            log.ReadAll(50).ShouldBeEmpty();
            log.Find(49, 1000, atLeastOne: true).ShouldBeNull();
        }

        using var recovered = Open();
        (recovered.StartOffset, recovered.EndOffset).ShouldBe((50, 50));
        recovered.Append(TestBatch.Encode("next")).BaseOffset.ShouldBe(50);
    }

    [Fact]
    public async Task A_record_appended_while_the_log_is_emptied_to_its_end_stays()
    {
        using var log = Filled(50);
        using var isWriting = new ManualResetEventSlim();
        using var mayWrite = new ManualResetEventSlim();
        _disk.BeforeNextWrite(() =>
        {
            isWriting.Set();
            mayWrite.Wait(Patience).ShouldBeTrue();
        });
        var appending = Task.Run(() => log.Append(TestBatch.Encode("late")));
        isWriting.Wait(Patience).ShouldBeTrue();

        // The append is inside its lock and the record not there yet; the deletion gets as far as that lock.
        ErrorCode? error = null;
        var deleting = new Thread(() => error = log.DeleteTo(50)) { IsBackground = true };
        deleting.Start();
        SpinWait.SpinUntil(() => log.StartOffset == 50 && deleting.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience).ShouldBeTrue();
        mayWrite.Set();

        (await appending).BaseOffset.ShouldBe(50);
        deleting.Join(Patience).ShouldBeTrue();
        error.ShouldBe(ErrorCode.None);
        (log.StartOffset, log.EndOffset).ShouldBe((50, 51));
        log.ReadAll(50).ShouldBe([(50, "late")]);
    }

    [Fact]
    public void Records_lost_in_front_of_a_stored_start_do_not_give_their_offsets_again()
    {
        var log = Filled(20);
        log.DeleteTo(15);
        log.Abandon();
        using (var file = File.OpenWrite(Directory.GetFiles(_directory, "*.log").Order(StringComparer.Ordinal).Last()))
            file.SetLength(0);

        using var recovered = Open();

        (recovered.StartOffset, recovered.EndOffset).ShouldBe((15, 15));
        recovered.Append(TestBatch.Encode("next")).BaseOffset.ShouldBe(15);
        recovered.ReadAll(15).ShouldBe([(15, "next")]);
    }

    [Fact]
    public void A_segment_is_closed_when_its_records_span_more_than_segment_ms()
    {
        using var log = Open(("segment.ms", "1000"));
        foreach (var time in (long[])[5000, 6000, 5500, 6001, 7001])
            log.Append(TestBatch.Encode("value", time));
        log.Segments.Select(static segment => segment.BaseOffset).ShouldBe([0, 3]);
        log.Append(TestBatch.Encode("value", 7002));
        log.Segments.Select(static segment => segment.BaseOffset).ShouldBe([0, 3, 5]);
    }

    [Fact]
    public void Records_without_a_time_close_a_segment_by_the_clock()
    {
        using var log = Open(("segment.ms", "1000"));
        log.Append(TestBatch.Encode("value", -1));
        _clock.Advance(TimeSpan.FromMilliseconds(1000));
        log.Append(TestBatch.Encode("value", -1));
        log.Segments.Count.ShouldBe(1);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        log.Append(TestBatch.Encode("value", -1));

        log.Segments.Count.ShouldBe(2);
    }

    private static void ShouldStartAt(PartitionLog log, long start)
    {
        log.StartOffset.ShouldBe(start);
        log.Find(start - 1, 1000, atLeastOne: true).ShouldBeNull();
        log.ReadAll(start).Select(static record => record.Offset).ShouldBe(Enumerable.Range((int)start, 100 - (int)start).Select(static i => (long)i));
        log.FindTimestamp(0)!.Value.Header.BaseOffset.ShouldBe(start);
    }

    private PartitionLog Filled(int count)
    {
        var log = Open();
        for (var i = 0; i < count; i++)
            log.Append(TestBatch.Encode($"{i}"));
        return log;
    }

    private PartitionLog Open(params (string Name, string Value)[] settings)
    {
        var config = new TopicConfig(settings.Append(("segment.bytes", "1024")).ToDictionary(static setting => setting.Item1, static setting => setting.Item2));
        return new PartitionLog(_directory, () => config, _clock, NullLogger.Instance, new StorageSettings { Disk = _disk });
    }
}
