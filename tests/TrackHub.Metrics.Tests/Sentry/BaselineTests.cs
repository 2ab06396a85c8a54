using FsCheck;
using FsCheck.Fluent;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Tests.Sentry;

public sealed class BaselineTests
{
    private const int Hour = (10 * MadeHours.Week) + 15;
    private static readonly WatchedMetric Revenue = WatchedMetric.Of(MetricType.Revenue);

    [Fact]
    public void Expected_is_what_the_same_hour_of_the_week_usually_is()
    {
        var series = MadeHours.Series(1);
        var judged = new Baseline(series).Judge(Revenue, Hour, 1)!.Value;

        var usual = MadeHours.Usual(Hour, new(2)).Revenue;
        judged.Expected.ShouldBeInRange(usual * 0.85, usual * 1.15);
        Math.Abs(judged.Percentage).ShouldBeLessThan(20);
        var night = new Baseline(series).Judge(Revenue, Hour - 12, 1)!.Value;
        night.Expected.ShouldBeLessThan(judged.Expected / 2);
    }

    [Fact]
    public void Deviation_is_told_in_percent_of_what_is_expected_and_cac_rises_where_customers_stay_away()
    {
        var series = MadeHours.Series(3, static (hour, sums) => hour == Hour ? sums with { Conversions = sums.Conversions / 2, Revenue = 0 } : sums);
        var baseline = new Baseline(series);

        baseline.Judge(Revenue, Hour, 1)!.Value.Percentage.ShouldBe(-100);
        baseline.Judge(WatchedMetric.Of(MetricType.Conversions), Hour, 1)!.Value.Percentage.ShouldBeInRange(-60, -40);
        var cac = baseline.Judge(WatchedMetric.Of(MetricType.Cac), Hour, 1)!.Value;
        cac.Percentage.ShouldBeInRange(65, 145);
        cac.Score.ShouldBeLessThan(-5);
        cac.Value.ShouldBe((double)series.Between(Hour, Hour + 1).Spend / series.Between(Hour, Hour + 1).Conversions, 0.001);
    }

    [Fact]
    public void Growth_is_expected_to_go_on()
    {
        var series = MadeHours.Series(4, static (hour, sums) => sums with { Revenue = (long)(sums.Revenue * Math.Pow(1.08, hour / 168.0)) });

        Math.Abs(new Baseline(series).Judge(Revenue, Hour, 24)!.Value.Percentage).ShouldBeLessThan(8);
    }

    [Fact]
    public void A_week_without_figures_and_an_old_outage_change_little()
    {
        var whole = new Baseline(MadeHours.Series(5)).Judge(Revenue, Hour, 6)!.Value;
        var series = MadeHours.Series(5, static (hour, sums) => hour is > 700 and < 868 or > 1200 and < 1230 ? default : sums);

        new Baseline(series).Judge(Revenue, Hour, 6)!.Value.Expected.ShouldBe(whole.Expected, whole.Expected * 0.1);
    }

    [Fact]
    public void Nothing_is_said_before_a_week_has_passed_or_of_few_events_or_of_a_divisor_of_0()
    {
        new Baseline(MadeHours.Series(6, count: 6 * 24)).Judge(Revenue, (6 * 24) - 1, 1).ShouldBeNull();
        new Baseline(MadeHours.Series(6, count: 12 * 24)).Judge(Revenue, (12 * 24) - 1, 1).ShouldNotBeNull();
        new Baseline(MadeHours.Series(6, sales: 2)).Judge(Revenue, Hour, 1).ShouldBeNull();
        new Baseline(MadeHours.Series(6, sales: 2)).Judge(Revenue, Hour, 24).ShouldNotBeNull();
        new Baseline(MadeHours.Series(6, static (_, sums) => sums with { Spend = 0 })).Judge(WatchedMetric.Of(MetricType.Roas), Hour, 1).ShouldBeNull();
        new Baseline(MadeHours.Of(new Sums[MadeHours.Count])).Judge(Revenue, Hour, 24).ShouldBeNull();
    }

    [Fact]
    public void The_same_hour_of_a_day_before_the_clock_was_changed_is_found_on_the_brand_s_clock()
    {
        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var first = new DateTimeOffset(2026, 3, 1, 23, 0, 0, TimeSpan.Zero);   // midnight there; summer time begins on the 29th
        var series = new HourSeries(berlin, first, 40 * 24, []);

        var hour = series.IndexOf(new(2026, 4, 2, 13, 0, 0, TimeSpan.Zero));   // 15:00 there

        series.StartOf(series.DaysBefore(hour, 7)).ShouldBe(new(2026, 3, 26, 14, 0, 0, TimeSpan.Zero));
        series.StartOf(series.DaysBefore(hour, 1)).ShouldBe(new(2026, 4, 1, 13, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Another_unit_of_money_changes_no_judgement() => Prop.ForAll(
        Gen.Choose(1, 10_000).Zip(Gen.Choose(2, 1_000)).ToArbitrary(), made =>
        {
            var (seed, factor) = made;
            var one = new Baseline(MadeHours.Series(seed));
            var other = new Baseline(MadeHours.Series(seed, (_, sums) => sums with { Revenue = sums.Revenue * factor, Spend = sums.Spend * factor }));
            return WatchedMetric.All.All(metric => Same(one.Judge(metric, Hour, 3), other.Judge(metric, Hour, 3)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_comes_later_changes_no_judgement() => Prop.ForAll(
        Gen.Choose(1, 10_000).ToArbitrary(), seed =>
        {
            var one = new Baseline(MadeHours.Series(seed));
            var other = new Baseline(MadeHours.Series(seed, static (hour, sums) => hour > Hour ? sums with { Revenue = 0, Clicks = 1, Conversions = sums.Conversions * 9 } : sums));
            return WatchedMetric.All.All(metric => Same(one.Judge(metric, Hour, 24), other.Judge(metric, Hour, 24)));
        }).QuickCheckThrowOnFailure();

    private static bool Same(Judgement? one, Judgement? other) =>
        one is { } a && other is { } b && Math.Abs(a.Percentage - b.Percentage) < 1e-6 && Math.Abs(a.Score - b.Score) < 1e-6;
}
