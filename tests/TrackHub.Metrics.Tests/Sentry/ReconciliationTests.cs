using TrackHub.Metrics.Sentry.Episodes;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Tests.Sentry;

public sealed class ReconciliationTests
{
    private static readonly WatchedMetric Revenue = WatchedMetric.Of(MetricType.Revenue);
    private static readonly HourSeries Series = MadeHours.Of(new Summing.Sums[100]);

    [Fact]
    public void An_episode_opens_one_anomaly_and_the_same_look_again_changes_nothing()
    {
        Steps([At(50)], []).ShouldBe([AnomalyStep.Open]);
        Steps([At(50)], [Known(50)]).ShouldBeEmpty();
    }

    [Fact]
    public void A_pattern_that_is_back_resolves_and_again_changes_nothing()
    {
        Steps([At(50, end: 55)], [Known(50)]).ShouldBe([AnomalyStep.Resolve]);
        Steps([], [Known(50)]).ShouldBe([AnomalyStep.Resolve], "late figures say that it was none");
        Steps([At(50, end: 55)], [Known(50, resolved: 58)]).ShouldBeEmpty();
    }

    [Fact]
    public void What_came_and_went_unseen_is_on_record_once()
    {
        Steps([At(50, end: 55)], []).ShouldBe([AnomalyStep.Record]);
        Steps([At(51, end: 55)], [Known(50, resolved: 58)]).ShouldBeEmpty("it is the same");
        Steps([At(50, end: 55), At(70)], [Known(50, resolved: 58)]).ShouldBe([AnomalyStep.Open]);
    }

    [Fact]
    public void Late_figures_reopen_move_and_worsen_it()
    {
        Steps([At(50)], [Known(50, resolved: 58)]).ShouldBe([AnomalyStep.Reopen]);
        Steps([At(50, value: 401)], [Known(50)]).ShouldBeEmpty("that is no news");
        Steps([At(50, value: 480)], [Known(50)]).ShouldBe([AnomalyStep.Update]);
        Steps([At(50, severity: AnomalySeverity.Critical)], [Known(50)]).ShouldBe([AnomalyStep.Update]);
        Steps([At(50, severity: AnomalySeverity.Info)], [Known(50)]).ShouldBeEmpty("the worst counts");
    }

    [Theory]
    [InlineData(MetricType.Revenue, -40, 4_000)]
    [InlineData(MetricType.Conversions, -40, 4_000)]
    [InlineData(MetricType.Ctr, -40, 3_200)]
    [InlineData(MetricType.Cac, 100, 4_000)]
    [InlineData(MetricType.Spend, 50, 1_000)]
    [InlineData(MetricType.Spend, -100, 8_000)]
    public void Revenue_at_risk_is_what_a_day_like_this_costs(MetricType metric, double percentage, long risk) =>
        RevenueAtRisk.Of(metric, percentage, dayRevenue: 10_000, daySpend: 2_000, paidShare: 0.8).ShouldBe(risk);

    private static IEnumerable<AnomalyStep> Steps(IReadOnlyList<Episode> episodes, IReadOnlyCollection<KnownAnomaly> known) =>
        Reconciliation.Of(Revenue, episodes, known, Series).Select(static change => change.Step);

    private static Episode At(int hour, int? end = null, double value = 400, AnomalySeverity severity = AnomalySeverity.Warning)
    {
        var judged = new Judgement(hour, 1, value, 1_000, -60, -9, 0.07);
        return new(judged, judged, severity, end);
    }

    private static KnownAnomaly Known(int hour, int? resolved = null) => new(
        Guid.CreateVersion7(), MetricType.Revenue, Series.StartOf(hour), AnomalySeverity.Warning, 400, 1_000, resolved is { } at ? Series.StartOf(at).AddMinutes(40) : null);
}
