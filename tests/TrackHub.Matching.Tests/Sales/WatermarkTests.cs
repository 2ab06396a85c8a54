using TrackHub.Matching.Sales;
using TrackHub.Matching.Windows;

namespace TrackHub.Matching.Tests.Sales;

public sealed class WatermarkTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Everything_applied_passes_any_time() =>
        Passed(new() { [0] = 10, [1] = 0 }, new() { [0] = At(10, Noon) }).ShouldBe(DateTimeOffset.MaxValue);

    [Fact]
    public void The_slowest_partition_decides() =>
        Passed(new() { [0] = 10, [1] = 10 }, new() { [0] = At(9, Noon.AddSeconds(5)), [1] = At(3, Noon) }).ShouldBe(Noon.AddMilliseconds(-1));

    [Fact]
    public void A_record_of_the_same_millisecond_may_lie_ahead()
    {
        var passed = Passed(new() { [0] = 10 }, new() { [0] = At(9, Noon) });

        (Noon <= passed).ShouldBeFalse();
        (Noon.AddMilliseconds(-1) <= passed).ShouldBeTrue();
    }

    [Fact]
    public void A_partition_with_records_and_no_position_has_passed_nothing() =>
        Passed(new() { [0] = 10 }, []).ShouldBe(DateTimeOffset.MinValue);

    [Fact]
    public void An_idle_partition_holds_nobody_up() =>
        Passed(new() { [0] = 10, [1] = 20 }, new() { [0] = At(10, Noon.AddDays(-3)), [1] = At(15, Noon) }).ShouldBe(Noon.AddMilliseconds(-1));

    private static DateTimeOffset Passed(Dictionary<int, long> ends, Dictionary<int, AppliedPosition> applied) => new Watermark(ends).Passed(applied);

    private static AppliedPosition At(long next, DateTimeOffset time) => new(next, time.ToUnixTimeMilliseconds());
}
