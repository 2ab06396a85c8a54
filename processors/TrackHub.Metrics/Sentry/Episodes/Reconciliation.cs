using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Episodes;

/// <summary>What is to be done to the table.</summary>
internal enum AnomalyStep
{
    /// <summary>A new anomaly.</summary>
    Open,

    /// <summary>A new one that is over already: it came and went while nobody looked.</summary>
    Record,

    /// <summary>It became worse, or late figures change what it was.</summary>
    Update,

    /// <summary>Late figures say that it was not over.</summary>
    Reopen,

    /// <summary>The pattern is back, or late figures say that it was never gone.</summary>
    Resolve,
}

/// <summary>One step, by the episode it follows from or the anomaly it is about, or both.</summary>
internal sealed record AnomalyChange(AnomalyStep Step, MetricType Metric, Episode? Episode, KnownAnomaly? Known);

/// <summary>Compares the episodes of a figure with the anomalies the table knows. Pure.</summary>
internal static class Reconciliation
{
    // Late figures move a value a little every other minute; that is no news.
    private const double Moved = 0.05;

    /// <summary>What makes the table say what the episodes say. Done twice, the second time it is nothing.</summary>
    /// <param name="metric">Which figure.</param>
    /// <param name="episodes">Its episodes, only the last of them open.</param>
    /// <param name="known">Its anomalies that are open or were lately.</param>
    /// <param name="series">Whose hours they are.</param>
    public static IEnumerable<AnomalyChange> Of(WatchedMetric metric, IReadOnlyList<Episode> episodes, IReadOnlyCollection<KnownAnomaly> known, HourSeries series)
    {
        var present = episodes is [.., { End: null } last] ? last : null;
        var matched = present is null ? null : known.Where(anomaly => Overlaps(present, anomaly, series)).MaxBy(static anomaly => anomaly.Hour);
        foreach (var gone in known.Where(anomaly => anomaly.ResolvedAt is null && anomaly != matched))
            yield return new(AnomalyStep.Resolve, metric.Type, null, gone);
        foreach (var past in episodes.Where(static episode => episode.End is not null).Where(episode => !known.Any(anomaly => Overlaps(episode, anomaly, series))))
            yield return new(AnomalyStep.Record, metric.Type, past, null);
        if (present is null)
            yield break;

        if (matched is null)
            yield return new(AnomalyStep.Open, metric.Type, present, null);
        else if (matched.ResolvedAt is not null)
            yield return new(AnomalyStep.Reopen, metric.Type, present, matched);
        else if (present.Severity > matched.Severity || IsMoved(present, matched, series))
            yield return new(AnomalyStep.Update, metric.Type, present, matched);
    }

    private static bool Overlaps(Episode episode, KnownAnomaly anomaly, HourSeries series) =>
        (anomaly.ResolvedAt is null || anomaly.ResolvedAt > series.StartOf(episode.Hour)) && (episode.End is not { } end || anomaly.Hour < series.StartOf(end));

    private static bool IsMoved(Episode episode, KnownAnomaly anomaly, HourSeries series) =>
        series.StartOf(episode.Hour) == anomaly.Hour && Math.Abs(episode.Found.Value - anomaly.Value) > Moved * Math.Abs(anomaly.Expected);
}
