using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;

namespace TrackHub.Load.Sentry;

/// <summary>What an incident truly does to one figure.</summary>
/// <param name="From">First hour.</param>
/// <param name="End">Hour after the last in which finding it counts: a day after its own end, since a window holds it so long.</param>
/// <param name="Percentage">How far off the figure's mean is at worst.</param>
/// <param name="Harmful">Whether it is for the worse.</param>
internal sealed record Label(int From, int End, double Percentage, bool Harmful)
{
    // Large, so that rounding to whole numbers does not matter.
    private static readonly Sums Usual = new() { Spend = 1_000_000, Revenue = 1_000_000, Conversions = 1_000_000, Clicks = 1_000_000, Impressions = 1_000_000 };

    /// <summary>The labels of a figure; incidents that do not touch it have none.</summary>
    public static IReadOnlyList<Label> Of(WatchedMetric metric, IEnumerable<Incident> incidents) =>
        [.. incidents.Select(incident => Of(metric, incident)).Where(static label => Math.Abs(label.Percentage) > 1)];

    private static Label Of(WatchedMetric metric, Incident incident)
    {
        var effect = incident.At(incident.Start + incident.Hours - 1);
        Sums hit = new()
        {
            Spend = (long)(Usual.Spend * effect.Spend),
            Revenue = (long)(Usual.Revenue * effect.Conversions),
            Conversions = Math.Max(1, (long)(Usual.Conversions * effect.Conversions)),
            Clicks = (long)(Usual.Clicks * effect.Clicks),
            Impressions = (long)(Usual.Impressions * effect.Spend),
        };
        var change = (metric.Shown(metric.Of(hit)!.Value) / metric.Shown(metric.Of(Usual)!.Value)) - 1;
        return new(incident.Start, incident.Start + incident.Hours + 24, 100 * change, metric.BothWays || (metric.Inverted ? change > 0 : change < 0));
    }
}
