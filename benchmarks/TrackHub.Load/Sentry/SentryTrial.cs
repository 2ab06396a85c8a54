using TrackHub.Metrics.Sentry.Episodes;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Schemas;

namespace TrackHub.Load.Sentry;

/// <summary>Series through the production engine at one sensitivity, and through plain rules beside it.</summary>
/// <param name="Sensitivity">low, medium or high.</param>
/// <param name="Rules">Its rules.</param>
internal sealed record SentryTrial(string Sensitivity, SentryRules Rules)
{
    /// <summary>Name of the engine in <see cref="Tallies"/>.</summary>
    public const string Sentry = "the Sentry";

    private static readonly PlainRule[] Plain = [PlainRule.Threshold, PlainRule.MovingAverage, PlainRule.LastWeek];

    /// <summary>How right each way of judging was.</summary>
    public Dictionary<string, Tally> Tallies { get; } = [];

    /// <summary>How right the engine was, by sales a day and by figure.</summary>
    public Dictionary<string, Tally> Details { get; } = [];

    /// <summary>Judges a made brand's seven figures.</summary>
    public void Add(MadeBrand brand, double salesPerDay)
    {
        var baseline = new Baseline(brand.Series);
        foreach (var metric in WatchedMetric.All)
        {
            var labels = Label.Of(metric, brand.Incidents);
            var alarms = Add(metric, brand.Series, baseline, labels, MadeBrand.From);
            foreach (var detail in (string[])[FormattableString.Invariant($"{salesPerDay:0} sales a day"), metric.Type.ToSymbol()])
                Of(Details, detail).Add(alarms, labels, Rules.Threshold, brand.Series.Count - MadeBrand.From);
        }
    }

    /// <summary>Judges a labelled series.</summary>
    public void Add(NabSeries nab) => Add(WatchedMetric.Of(MetricType.Spend), nab.Series, new(nab.Series), nab.Labels, NabSeries.From);

    private List<int> Add(WatchedMetric metric, HourSeries series, Baseline baseline, IReadOnlyList<Label> labels, int from)
    {
        var alarms = new Watch(metric, Rules, baseline).Follow(from, series.Count).Select(static episode => episode.Hour).ToList();
        Of(Tallies, Sentry).Add(alarms, labels, Rules.Threshold, series.Count - from);
        foreach (var rule in Plain)
            Of(Tallies, rule.Name).Add(rule.Alarms(metric, series, Rules.Threshold, from, series.Count), labels, Rules.Threshold, series.Count - from);
        return alarms;
    }

    private static Tally Of(Dictionary<string, Tally> tallies, string name) => tallies.TryGetValue(name, out var tally) ? tally : tallies[name] = new();
}
