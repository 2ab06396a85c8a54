using TrackHub.Load.Sentry;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Schemas;

namespace TrackHub.Load.Tests.Sentry;

/// <summary>What incidents truly do to the figures, by the figures' definitions.</summary>
public sealed class LabelTests
{
    [Theory]
    [InlineData("outage", 0.95, "revenue -95!, roas -95!, cac 1900!, conversions -95!")]
    [InlineData("drop", 0.5, "revenue -50!, roas -50!, cac 100!, conversions -50!")]
    [InlineData("ctr", 0.4, "revenue -40!, roas -40!, cac 67!, ctr -40!, cpc 67!, conversions -40!")]
    [InlineData("cost", 1, "ctr -50!, cpc 100!")]
    [InlineData("overspend", 0.5, "spend 50!, roas -33!, cac 50!")]
    [InlineData("promo", 1, "revenue 100, roas 100, cac -50, conversions 100")]
    public void An_incident_moves_the_figures_it_touches_and_those_for_the_worse_are_marked(string kind, double depth, string expected)
    {
        var incident = new Incident(kind, Start: 200, Hours: 10, depth);

        var moved = WatchedMetric.All.SelectMany(metric => Label.Of(metric, [incident]).Select(label => $"{metric.Type.ToSymbol()} {label.Percentage:0}{(label.Harmful ? "!" : "")}"));

        string.Join(", ", moved).ShouldBe(expected);
    }

    [Fact]
    public void An_incident_may_be_found_until_a_day_after_its_end() =>
        Label.Of(WatchedMetric.Of(MetricType.Conversions), [new("drop", Start: 200, Hours: 10, Depth: 0.5), new("drop", Start: 400, Hours: 3, Depth: 0.5)])
            .Select(static label => (label.From, label.End)).ShouldBe([(200, 234), (400, 427)]);

    [Fact]
    public void A_drift_deepens_over_its_first_three_quarters()
    {
        var drift = new Incident("drift", Start: 100, Hours: 8, Depth: 0.6);

        Enumerable.Range(99, 10).Select(hour => Math.Round(drift.At(hour).Conversions, 3)).ShouldBe([1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.4, 0.4, 1]);
    }
}
