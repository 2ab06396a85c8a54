using FsCheck;
using FsCheck.Fluent;
using TrackHub.Metrics.Sentry.Episodes;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Tests.Sentry;

public sealed class WatchTests
{
    private const int From = 10 * MadeHours.Week;
    private const int Start = From + 30;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(100_000)]
    public void A_constant_series_has_no_anomaly(long each)
    {
        var series = MadeHours.Of([.. Enumerable.Repeat(new Sums { Spend = each * 7, Revenue = each * 19, Conversions = each, Clicks = each * 60, Impressions = each * 4_000 }, MadeHours.Count)]);

        foreach (var metric in WatchedMetric.All)
            Follow(metric.Type, series, SentryRules.High).ShouldBeEmpty(metric.Type.ToString());
    }

    [Theory]
    [InlineData(15)]
    [InlineData(30)]
    [InlineData(50)]
    public void An_outage_is_one_anomaly_found_in_its_first_hour_and_over_when_sales_are_back(double threshold)
    {
        var series = MadeHours.Series(1, static (hour, sums) => Within(hour, 8) ? sums with { Conversions = 0, Revenue = 0 } : sums);

        var episode = Follow(MetricType.Revenue, series, new(threshold)).ShouldHaveSingleItem();

        (episode.Hour, episode.Severity, episode.End).ShouldBe((Start, AnomalySeverity.Critical, Start + 8));
        Follow(MetricType.Conversions, series, new(threshold)).Count.ShouldBe(1);
        Follow(MetricType.Ctr, series, new(threshold)).ShouldBeEmpty();
    }

    [Fact]
    public void Only_the_worse_direction_counts_and_of_spend_both()
    {
        var better = MadeHours.Series(2, static (hour, sums) => Within(hour, 12)
            ? sums with { Conversions = sums.Conversions * 2, Revenue = sums.Revenue * 2, Clicks = sums.Clicks * 2 } : sums);
        var dearer = MadeHours.Series(2, static (hour, sums) => Within(hour, 12) ? sums with { Spend = sums.Spend * 2 } : sums);
        var silent = MadeHours.Series(2, static (hour, sums) => Within(hour, 12) ? sums with { Spend = 0 } : sums);

        Found(better).ShouldBeEmpty();
        Found(dearer).ShouldBe([MetricType.Spend, MetricType.Roas, MetricType.Cac, MetricType.Cpc], ignoreOrder: true);
        Found(silent).ShouldBe([MetricType.Spend]);
    }

    [Fact]
    public void Ctr_that_falls_and_cac_that_rises_are_found()
    {
        var series = MadeHours.Series(3, static (hour, sums) => Within(hour, 12) ? sums with { Clicks = sums.Clicks / 2, Conversions = sums.Conversions / 2 } : sums);

        Found(series).ShouldContain(MetricType.Ctr);
        Found(series).ShouldContain(MetricType.Cac);
    }

    [Fact]
    public void Severity_is_by_multiples_of_the_brand_s_threshold()
    {
        var series = MadeHours.Series(4, static (hour, sums) => Within(hour, 12) ? sums with { Revenue = (long)(sums.Revenue * 0.6) } : sums);

        Follow(MetricType.Revenue, series, SentryRules.Low).ShouldBeEmpty("40 % is less than 50");
        Follow(MetricType.Revenue, series, SentryRules.Medium).ShouldHaveSingleItem().Severity.ShouldBeOneOf(AnomalySeverity.Info, AnomalySeverity.Warning);
        Follow(MetricType.Revenue, series, SentryRules.High).ShouldHaveSingleItem().Severity.ShouldBe(AnomalySeverity.Critical);
    }

    [Fact]
    public void Few_sales_do_not_cry_wolf_but_their_silence_is_heard()
    {
        var random = new Random(5);
        var counts = Enumerable.Range(0, MadeHours.Count).Select(_ => (long)(random.NextDouble() < 0.4 ? 0 : random.Next(1, 4))).ToArray();
        HourSeries Sold(Func<int, bool> open) => MadeHours.Of([.. counts.Select((n, hour) => open(hour) ? new Sums { Conversions = n, Revenue = n * 19_700 } : default)]);

        Follow(MetricType.Conversions, Sold(static _ => true), SentryRules.Medium).ShouldBeEmpty();
        Follow(MetricType.Conversions, Sold(static hour => !Within(hour, 48)), SentryRules.Medium).Count.ShouldBe(1);
    }

    [Fact]
    public void A_level_that_stays_becomes_the_pattern()
    {
        var series = MadeHours.Series(6, static (hour, sums) => hour >= Start ? sums with { Spend = sums.Spend * 2 } : sums);

        var episode = Follow(MetricType.Spend, series, SentryRules.Medium).ShouldHaveSingleItem();

        episode.Hour.ShouldBe(Start);
        (episode.End - Start).ShouldNotBeNull().ShouldBeInRange(4 * 24, 7 * 24);
    }

    [Fact]
    public void Whatever_happens_at_most_one_is_open_and_none_opens_in_the_cool_down() => Prop.ForAll(
        Gen.Choose(1, 10_000).Zip(Gen.Choose(0, 5)).ToArbitrary(), made =>
        {
            var (seed, wildness) = made;
            var random = new Random(seed);
            var series = MadeHours.Series(seed, (hour, sums) => hour < From || random.Next(6) >= wildness ? sums : sums with { Revenue = sums.Revenue * random.Next(0, 30) / 10 });
            var episodes = Follow(MetricType.Revenue, series, SentryRules.High);
            return episodes.SkipLast(1).All(static episode => episode.End is not null)
                && episodes.Zip(episodes.Skip(1)).All(static pair => pair.Second.Hour >= pair.First.End + SentryRules.CalmHours + SentryRules.CooldownHours)
                && episodes.All(static episode => episode.End is null || episode.End > episode.Hour);
        }).QuickCheckThrowOnFailure();

    private static bool Within(int hour, int hours) => hour >= Start && hour < Start + hours;

    private static IReadOnlyList<Episode> Follow(MetricType type, HourSeries series, SentryRules rules) =>
        new Watch(WatchedMetric.Of(type), rules, new(series)).Follow(From, series.Count);

    private static IEnumerable<MetricType> Found(HourSeries series) =>
        WatchedMetric.All.Select(static metric => metric.Type).Where(type => Follow(type, series, SentryRules.Medium).Count > 0);
}
