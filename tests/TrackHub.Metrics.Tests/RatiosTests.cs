using TrackHub.Platform.Performance;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Tests;

public sealed class RatiosTests
{
    [Fact]
    public void Ratios_are_made_of_sums()
    {
        Ratios.Roas(30_000, 10_000).ShouldBe(3.0);
        Ratios.CacMinor(10_000, 4).ShouldBe(2_500);
        Ratios.Ctr(25, 1_000).ShouldBe(0.025);
        Ratios.CpcMinor(10_000, 25).ShouldBe(400);
    }

    [Fact]
    public void A_ratio_to_nothing_is_unknown()
    {
        Ratios.Roas(30_000, 0).ShouldBeNull();
        Ratios.CacMinor(10_000, 0).ShouldBeNull();
        Ratios.Ctr(0, 0).ShouldBeNull();
        Ratios.CpcMinor(10_000, 0).ShouldBeNull();
        Ratios.Roas(0, 10_000).ShouldBe(0);
    }

    [Fact]
    public void Names_are_those_of_the_contract()
    {
        var start = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.FromHours(-3));

        MetricIds.Of("loja00000001", MetricSource.Aggregated, MetricPeriod.Daily, start).ShouldBe("metric_loja00000001_aggregated_daily-2026-11-22T03:00:00Z");
        MetricIds.KeyOf("loja00000001", MetricSource.Meta, MetricPeriod.Weekly, start).ShouldBe("loja00000001/meta/weekly/2026-11-22T03:00:00Z");
    }
}
