using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Records.Codecs;

namespace TrackHub.LocalKafka.Tests.Compaction;

/// <summary>What cleaning does with segments that are empty, small, damaged or not to be read.</summary>
public sealed class SegmentCleaningTests
{
    [Fact]
    public async Task A_segment_that_lost_all_its_records_does_not_keep_retention_from_those_behind_it()
    {
        using var log = new CompactedLog(("cleanup.policy", "compact,delete"), ("retention.ms", "60000"), ("segment.bytes", "1024"));
        log.Append(("a", "1"));
        log.Roll();
        log.Append(("a", "2"), ("filler", new string('f', 1000)));
        log.Roll();
        log.Append(("end", "1"));
        await log.CompactAsync();
        log.Log.Segments[0].Length.ShouldBe(0);
        File.SetLastWriteTimeUtc(log.Log.Segments[0].Path, log.Clock.GetUtcNow().UtcDateTime);
        log.Clock.Advance(TimeSpan.FromMilliseconds(60_001));

        log.Log.ApplyRetention().ShouldBe(3);

        log.Log.StartOffset.ShouldBe(4);
    }

    [Fact]
    public async Task Small_segments_are_put_together()
    {
        using var log = new CompactedLog(("segment.bytes", "2000"));
        for (var i = 0; i < 300; i++)
            log.Append(($"key-{i % 50}", $"{i}"));
        log.Roll();
        log.Log.Segments.Count.ShouldBeGreaterThan(10);

        await log.CompactAsync();
        await log.CompactAsync();

        log.Log.Segments.Count.ShouldBeLessThan(5);
        log.Log.Segments[0].BaseOffset.ShouldBe(0);
        log.Restart();
        log.Read().Count.ShouldBe(50);
    }

    [Fact]
    public async Task A_batch_that_nobody_can_look_into_stays_and_so_do_tombstones_behind_it()
    {
        using var log = new CompactedLog(("delete.retention.ms", "0"));
        log.Append(3, ("a", "1"), ("b", "1"));
        log.Append(("a", null));
        log.Append(("c", "1"), ("c", "2"));
        log.Roll();
        log.Append(("end", "1"));
        var withoutLz4 = new RecordCodecs(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, [new GzipCodec()]);

        (await log.CompactAsync(codecs: withoutLz4)).OpaqueBatches.ShouldBe(1);
        log.Clock.Advance(TimeSpan.FromSeconds(1));
        await log.CompactAsync(codecs: withoutLz4);

        log.Read().ShouldBe(["0 a=1", "1 b=1", "2 a=null", "4 c=2", "5 end=1"]);
    }

    [Fact]
    public async Task A_damaged_segment_stays_as_it_is_and_so_do_tombstones_behind_it()
    {
        using var log = new CompactedLog(("delete.retention.ms", "0"));
        log.Append(("a", "1"));
        log.Append(("x", "damaged"));
        log.Append(("b", "1"));
        log.Roll();
        log.Append(("a", null));
        log.Append(("b", "2"));
        log.Roll();
        log.Append(("end", "1"));
        var path = log.Log.Segments[0].Path;
        var batch = (int)(log.Log.Segments[0].Length / 3);
        log.Log.Dispose();
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[(int)(batch * 1.5)] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        log.Restart();

        await log.CompactAsync();
        log.Clock.Advance(TimeSpan.FromSeconds(1));
        await log.CompactAsync();

        log.Read().ShouldBe(["0 a=1", "2 b=1", "3 a=null", "4 b=2", "5 end=1"]);
        (await File.ReadAllBytesAsync(path)).ShouldBe(bytes);
    }
}
