using System.Globalization;
using TrackHub.ConsoleApi.Performance.Contract;
using TrackHub.ConsoleApi.Performance.Figures;
using TrackHub.ConsoleApi.Performance.Mocking;
using TrackHub.Platform.Performance;

namespace TrackHub.ConsoleTests.Performance;

public sealed class MockFiguresTests
{
    private static readonly BucketClock Clock = BucketClock.Of(MockFigures.TimeZone);

    [Fact]
    public void Made_up_figures_hold_together_as_real_ones_do()
    {
        var hours = Made("hourly", "2026-11-16", "2026-11-22");
        var week = Made("weekly", "2026-11-16", "2026-11-22");

        hours.Count.ShouldBe(7 * 24 * 4);
        week.Count.ShouldBe(4);
        foreach (var bucket in week)
        {
            Sum(hours.Where(hour => hour.Source == bucket.Source)).ShouldBe(Sum([bucket]));
        }

        Sum(week.Where(static bucket => bucket.Source is not FigureSource.Aggregated)).ShouldBe(Sum(week.Where(static bucket => bucket.Source is FigureSource.Aggregated)));
        hours.Select(static hour => hour.RevenueMinor).Distinct().Count().ShouldBeGreaterThan(100);
    }

    [Fact]
    public void The_same_bucket_is_the_same_whenever_it_is_asked_for_and_another_brands_is_not()
    {
        var once = Made("daily", "2026-11-16", "2026-11-22");

        Made("daily", "2026-11-16", "2026-11-22").ShouldBe(once);
        Made("daily", "2026-11-20", "2026-11-20").ShouldBe(once.Where(static bucket => bucket.Start == Time("2026-11-20T03:00Z")));
        Made("daily", "2026-11-16", "2026-11-22", brand: "bbbbbbbbbbbb").Select(static bucket => bucket.RevenueMinor).ShouldNotBe(once.Select(static bucket => bucket.RevenueMinor));
    }

    [Fact]
    public void Anomalies_turn_pages_without_loss_and_filter_by_status()
    {
        var all = MockAnomalies.Of(new("aaaaaaaaaaaa", null, 500, default, null));
        var second = MockAnomalies.Of(new("aaaaaaaaaaaa", null, 500, all[9].DetectedAt, Guid.Parse(all[9].Id)));

        all.Select(static anomaly => anomaly.DetectedAt).ShouldBeInOrder(SortDirection.Descending);
        second.ShouldBe(all.Skip(10));
        MockAnomalies.Of(new("aaaaaaaaaaaa", AnomalyStatus.Ignored, 500, default, null)).ShouldBe(all.Where(static anomaly => anomaly.Status is AnomalyStatus.Ignored));
        all.ShouldAllBe(static anomaly => Math.Abs(anomaly.ValueAtDetection - (anomaly.ExpectedValue * (1 + (anomaly.DeviationPercentage / 100)))) < 0.01);
    }

    private static List<Bucket> Made(string period, string start, string end, string brand = "aaaaaaaaaaaa")
    {
        MetricQuery.TryRead(brand, new(brand, start, end, period, null, null, null), out var query, out _).ShouldBeTrue();
        query!.TryRange(Clock, out var from, out var to, out _).ShouldBeTrue();
        return MockFigures.Of(query, Clock, from, to);
    }

    private static (long Spend, long Revenue, long Conversions, long Clicks, long Impressions) Sum(IEnumerable<Bucket> buckets) => buckets.Aggregate(
        (0L, 0L, 0L, 0L, 0L), static (sum, b) => (sum.Item1 + b.SpendMinor, sum.Item2 + b.RevenueMinor, sum.Item3 + b.Conversions, sum.Item4 + b.Clicks, sum.Item5 + b.Impressions));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
