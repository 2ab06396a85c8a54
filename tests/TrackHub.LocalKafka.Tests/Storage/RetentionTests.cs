using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Storage;

/// <summary>Which segments retention.ms and retention.bytes delete, by a clock that the test moves.</summary>
public sealed class RetentionTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("retention-").FullName;
    private readonly ManualClock _clock = new();
    private readonly TestDisk _disk = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_segment_is_as_old_as_its_youngest_record_whatever_their_order()
    {
        using var log = Open(("retention.ms", "60000"));
        log.Append(TestBatch.Encode("young", _clock.NowMs));
        log.Append(TestBatch.Encode("old", _clock.NowMs - 3_600_000));
        log.Roll();

        _clock.Advance(TimeSpan.FromMilliseconds(60_000));
        log.ApplyRetention().ShouldBe(0);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        log.ApplyRetention().ShouldBe(1);

        log.StartOffset.ShouldBe(2);
        log.Find(1, 1000, atLeastOne: true).ShouldBeNull();
    }

    [Fact]
    public void A_segment_behind_a_younger_one_waits_for_it()
    {
        using var log = Open(("retention.ms", "60000"));
        log.Append(TestBatch.Encode("from the future", _clock.NowMs + 100_000));
        log.Roll();
        log.Append(TestBatch.Encode("now", _clock.NowMs));
        log.Roll();

        _clock.Advance(TimeSpan.FromMilliseconds(150_000));
        log.ApplyRetention().ShouldBe(0);
        _clock.Advance(TimeSpan.FromMilliseconds(10_001));
        log.ApplyRetention().ShouldBe(2);
    }

    [Fact]
    public void The_written_segment_goes_too_when_all_in_it_is_old_and_offsets_go_on()
    {
        using (var log = Open(("retention.ms", "60000")))
        {
            log.Append(TestBatch.Encode("old", _clock.NowMs));
            _clock.Advance(TimeSpan.FromMilliseconds(60_001));

            log.ApplyRetention().ShouldBe(1);

            (log.StartOffset, log.EndOffset, log.SizeInBytes).ShouldBe((1, 1, 0));
            log.ApplyRetention().ShouldBe(0);
        }

        using var reopened = Open(("retention.ms", "60000"));
        (reopened.StartOffset, reopened.EndOffset).ShouldBe((1, 1));
        reopened.Append(TestBatch.Encode("new", _clock.NowMs)).BaseOffset.ShouldBe(1);
    }

    [Fact]
    public void Records_without_a_time_are_as_old_as_their_file()
    {
        using var log = Open(("retention.ms", "60000"));
        log.Append(TestBatch.Encode("no time", unixMs: -1));
        log.Roll();
        File.SetLastWriteTimeUtc(log.Segments[0].Path, _clock.GetUtcNow().UtcDateTime);

        _clock.Advance(TimeSpan.FromMilliseconds(60_000));
        log.ApplyRetention().ShouldBe(0);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        log.ApplyRetention().ShouldBe(1);
    }

    [Theory]
    [InlineData(0, 3)]   // all, and the written one as well
    [InlineData(1, 2)]   // without any one there would be less than the limit
    [InlineData(2, 1)]
    [InlineData(3, 0)]
    public void Size_deletes_from_the_front_what_the_limit_is_kept_without(int segmentsKept, int deleted)
    {
        var segmentBytes = TestBatch.Encode("value").Length;
        using var log = Open(("retention.ms", "-1"), ("retention.bytes", (segmentsKept * segmentBytes).ToString()));
        for (var i = 0; i < 3; i++)
        {
            log.Roll();
            log.Append(TestBatch.Encode("value"));
        }

        log.ApplyRetention().ShouldBe(deleted);

        log.SizeInBytes.ShouldBe(segmentsKept * segmentBytes);
        (log.StartOffset, log.EndOffset).ShouldBe((deleted, 3));
    }

    [Theory]
    [InlineData("delete", 1)]
    [InlineData("compact,delete", 1)]
    [InlineData("compact", 0)]
    public void Topics_that_are_only_compacted_keep_old_segments(string policy, int deleted)
    {
        using var log = Open(("cleanup.policy", policy), ("retention.ms", "1"), ("retention.bytes", "0"));
        log.Append(TestBatch.Encode("old", _clock.NowMs));
        _clock.Advance(TimeSpan.FromDays(365));

        log.ApplyRetention().ShouldBe(deleted);
    }

    [Fact]
    public void Without_limits_nothing_is_deleted()
    {
        using var log = Open(("retention.ms", "-1"), ("retention.bytes", "-1"));
        log.Append(TestBatch.Encode("no time", unixMs: -1));
        log.Append(TestBatch.Encode("old", unixMs: 0));
        _clock.Advance(TimeSpan.FromDays(3650));

        log.ApplyRetention().ShouldBe(0);
    }

    [Fact]
    public void A_read_under_way_ends_with_its_bytes_and_the_next_is_out_of_range()
    {
        using var log = Open(("retention.ms", "60000"));
        log.Append(TestBatch.Encode("value", _clock.NowMs));
        var slice = log.Find(0, 1000, atLeastOne: true)!.Value;
        slice.TryBorrow().ShouldBeTrue();
        _clock.Advance(TimeSpan.FromMilliseconds(60_001));

        log.ApplyRetention().ShouldBe(1);

        slice.ReadWholeBatches(new byte[slice.Length]).ShouldBe(slice.Length);
        slice.Return();
        log.Find(0, 1000, atLeastOne: true).ShouldBeNull();
    }

    [Fact]
    public async Task A_record_appended_while_the_written_segment_is_found_old_stays()
    {
        using var log = Open(("retention.ms", "60000"));
        log.Append(TestBatch.Encode("old", _clock.NowMs));
        _clock.Advance(TimeSpan.FromMilliseconds(60_001));
        using var isWriting = new ManualResetEventSlim();
        using var mayWrite = new ManualResetEventSlim();
        _disk.BeforeNextWrite(() =>
        {
            isWriting.Set();
            mayWrite.Wait(Patience).ShouldBeTrue();
        });
        var appending = Task.Run(() => log.Append(TestBatch.Encode("young", _clock.NowMs)));
        isWriting.Wait(Patience).ShouldBeTrue();

        // The append is inside its lock and the record not there yet: all that can be counted is old.
        int? deleted = null;
        var deleting = new Thread(() => deleted = log.ApplyRetention()) { IsBackground = true };
        deleting.Start();
        SpinWait.SpinUntil(() => !deleting.IsAlive || deleting.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience).ShouldBeTrue();
        mayWrite.Set();

        (await appending).BaseOffset.ShouldBe(1);
        deleting.Join(Patience).ShouldBeTrue();
        deleted.ShouldBe(0);
        log.ReadAll(0).ShouldBe([(0, "old"), (1, "young")]);
    }

    private PartitionLog Open(params (string Name, string Value)[] settings)
    {
        var config = new TopicConfig(settings.ToDictionary(static setting => setting.Name, static setting => setting.Value));
        return new PartitionLog(_directory, () => config, _clock, NullLogger.Instance, new StorageSettings { Disk = _disk });
    }
}
