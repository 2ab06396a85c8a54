using TrackHub.Matching.Windows;

namespace TrackHub.Matching.Tests.Windows;

public sealed class LogReachTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_763_640_000);

    [Fact]
    public void A_log_that_reaches_back_over_the_window_needs_no_table() =>
        Since(new(0, 5, 9, At(7)), new(3, 4, 9, At(7))).ShouldBeNull();

    [Fact]
    public void A_young_partition_of_an_old_log_is_whole() =>
        Since(new(3, 4, 9, At(7)), new(0, 0, 2, At(1)), new(0, 0, 0, null)).ShouldBeNull();

    [Fact]
    public void A_partition_that_was_cut_is_complete_since_its_first_record() =>
        Since(new(3, 3, 9, At(5)), new(7, 7, 9, At(4)), new(0, 0, 2, At(1))).ShouldBe(At(4) + LogReach.Margin);

    [Fact]
    public void Of_a_partition_that_was_emptied_nothing_is_known() =>
        Since(new(3, 3, 9, At(5)), new(7, 7, 7, null)).ShouldBe(Now + LogReach.Margin);

    [Fact]
    public void A_log_that_begins_anew_is_complete_since_its_first_record() =>
        Since(new(0, 0, 2, At(1)), new(0, 0, 9, At(2)), new(0, 0, 0, null)).ShouldBe(At(2) + LogReach.Margin);

    [Fact]
    public void Of_an_empty_log_nothing_is_known() => Since(new(0, 0, 0, null), new(0, 0, 0, null)).ShouldBe(Now + LogReach.Margin);

    private static DateTimeOffset? Since(params IReadOnlyList<PartitionReach> partitions) => LogReach.CompleteSince(partitions, Now);

    private static DateTimeOffset At(int daysAgo) => Now.AddDays(-daysAgo);
}
