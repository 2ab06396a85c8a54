using TrackHub.LocalKafka.Compaction;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests.Compaction;

/// <summary>When a log is compacted, and how far.</summary>
public sealed class DirtyRangeTests
{
    private const long Now = 1_000_000;

    /// <summary>Three closed segments of 100 bytes and the written one, their records made at 1,000 s ago, 900 s, 800 s and now.</summary>
    private static readonly SegmentExtent[] Segments =
    [
        new(0, 100, FirstMs: 0, MaxMs: 1_000), new(10, 100, 100_000, 101_000), new(20, 100, 200_000, 201_000), new(30, 50, Now, Now),
    ];

    [Theory]
    [InlineData(0, 300, 1.0)]
    [InlineData(10, 200, 0.666)]
    [InlineData(20, 100, 0.333)]
    [InlineData(15, 200, 0.666)]   // the segment is gone through again
    [InlineData(30, 0, 0.0)]
    [InlineData(99, 0, 0.0)]   // the log is shorter than it was
    public void What_was_compacted_before_is_clean_and_the_written_segment_is_left_alone(long firstDirty, long dirtyBytes, double ratio)
    {
        var range = DirtyRange.Of(Segments, firstDirty, Config(), Now);

        range.To.ShouldBe(30);
        range.From.ShouldBe(Math.Min(firstDirty, 30));
        range.DirtyBytes.ShouldBe(dirtyBytes);
        range.Ratio.ShouldBe(ratio, tolerance: 0.001);
    }

    [Theory]
    [InlineData(799_000, 30)]   // the youngest closed record is 799,000 ms old
    [InlineData(799_001, 20)]
    [InlineData(900_000, 10)]
    [InlineData(1_000_000, 0)]
    public void Records_younger_than_the_minimum_lag_are_left_alone(long lagMs, long to)
    {
        var range = DirtyRange.Of(Segments, 0, Config(("min.compaction.lag.ms", lagMs.ToString())), Now);

        range.To.ShouldBe(to);
        range.DirtyBytes.ShouldBe(to * 10);
    }

    [Theory]
    [InlineData(10, "0.6", true)]
    [InlineData(10, "0.7", false)]
    [InlineData(30, "0", false)]
    public void A_log_is_due_when_enough_of_it_is_dirty(long firstDirty, string minRatio, bool isDue)
    {
        var config = Config(("min.cleanable.dirty.ratio", minRatio));

        DirtyRange.Of(Segments, firstDirty, config, Now).IsDue(config, Now).ShouldBe(isDue);
    }

    [Theory]
    [InlineData(20, 799_999, true)]
    [InlineData(20, 800_000, false)]
    [InlineData(30, 1, false)]
    public void A_log_is_due_when_something_is_dirty_for_too_long(long firstDirty, long lagMs, bool isDue)
    {
        var config = Config(("min.cleanable.dirty.ratio", "1"), ("max.compaction.lag.ms", lagMs.ToString()));

        DirtyRange.Of(Segments, firstDirty, config, Now).IsDue(config, Now).ShouldBe(isDue);
    }

    private static TopicConfig Config(params (string Name, string Value)[] settings) =>
        new(settings.Append(("cleanup.policy", "compact")).ToDictionary(static setting => setting.Item1, static setting => setting.Item2));
}
