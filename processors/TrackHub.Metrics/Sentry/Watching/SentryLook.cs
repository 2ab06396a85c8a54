using Npgsql;
using TrackHub.Metrics.Sentry.Episodes;
using TrackHub.Metrics.Sentry.Explaining;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Watching;

/// <summary>One look at one brand, in one transaction that holds the brand: what its figures say becomes what the table says.</summary>
internal sealed class SentryLook(
    NpgsqlConnection connection, NpgsqlTransaction transaction, WatchedBrand brand, IInsightProvider insights, FigureMetrics metrics, DateTimeOffset now)
{
    // A late figure within two days changes what was judged; a row that was over four days ago has no part in it, and what is off for two weeks is the new pattern.
    private const int JudgedHours = 48;
    private const int RememberedHours = 96;
    private const int MostJudgedHours = 336;

    // Eight weeks, the week before the first that says its level, and the windows around.
    private const int HistoryHours = (9 * 168) + 72;
    private const int PaidHours = 28 * 24;

    private readonly FigureHistory _history = new(connection, transaction, brand);
    private readonly AnomalyTable _table = new(connection, transaction, brand);
    private IReadOnlyDictionary<MetricSource, HourSeries>? _sources;

    /// <summary>Looks.</summary>
    /// <param name="ended">Hours that ended by then have settled and are in the figures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LookAsync(DateTimeOffset ended, CancellationToken cancellationToken)
    {
        var complete = await _history.CompleteAsync(ended, cancellationToken);
        var known = await _table.FindAsync(complete.Sales.AddHours(-RememberedHours), cancellationToken);
        var from = known.Select(static anomaly => anomaly.Hour).Append(complete.Sales.AddHours(-JudgedHours)).Min();
        if (from < complete.Sales.AddHours(-MostJudgedHours))
            from = complete.Sales.AddHours(-MostJudgedHours);

        var seen = $"{brand.Rules?.Threshold:0} {complete.Sales:O} {complete.Spend:O} {brand.TimeZone} {brand.Currency} {from:O} {await _history.FingerprintAsync(from, complete.Sales, cancellationToken)}";
        if (seen != brand.Seen)
            await JudgeAsync(complete, from, known, cancellationToken);
        await brand.LookedAsync(connection, transaction, now, seen, cancellationToken);
    }

    private async Task JudgeAsync(Complete complete, DateTimeOffset from, IReadOnlyList<KnownAnomaly> known, CancellationToken cancellationToken)
    {
        var series = await _history.ReadAsync(MetricSource.Aggregated, from.AddHours(-HistoryHours), complete.Sales, cancellationToken);
        var baseline = new Baseline(series);
        foreach (var metric in WatchedMetric.All)
        {
            var mine = known.Where(anomaly => anomaly.Metric == metric.Type).ToList();
            if (EpisodesOf(metric, baseline, series, complete, from, mine) is not { } episodes)
                continue;
            foreach (var change in Reconciliation.Of(metric, episodes, mine, series).ToList())
                await ApplyAsync(change, baseline, series, cancellationToken);
        }
    }

    // Null where spend is not known up to what was judged before: then nothing new is found by it, and nothing that is open is over.
    private IReadOnlyList<Episode>? EpisodesOf(
        WatchedMetric metric, Baseline baseline, HourSeries series, Complete complete, DateTimeOffset from, IReadOnlyList<KnownAnomaly> known)
    {
        if (brand.Rules is null)
            return [];
        if (metric.NeedsSpend && (complete.Spend is not { } spend || known.Any(anomaly => anomaly.Hour >= spend)))
            return null;

        var end = metric.NeedsSpend ? complete.Spend!.Value : complete.Sales;
        return new Watch(metric, brand.Rules, baseline).Follow(series.IndexOf(from), Math.Min(series.Count, series.IndexOf(end)));
    }

    private async Task ApplyAsync(AnomalyChange change, Baseline baseline, HourSeries series, CancellationToken cancellationToken)
    {
        if (change is { Step: AnomalyStep.Resolve, Known: { } gone })
        {
            await _table.ResolveAsync(gone, now, cancellationToken);
            metrics.AnomalyTold(change.Metric, change.Step);
            return;
        }

        var episode = change.Episode!;
        var sources = _sources ??= await SourcesAsync(series, cancellationToken);
        var risk = RevenueAtRisk.Of(change.Metric, episode.Worst, baseline, PaidShare(sources, episode.Hour));
        if (change.Known is { } known)
        {
            await _table.TellAsync(known, episode, risk, cancellationToken);
            metrics.AnomalyTold(change.Metric, change.Step);
            return;
        }

        var insight = await insights.ExplainAsync(await CaseAsync(change.Metric, episode, series, sources, cancellationToken), cancellationToken);
        if (await _table.AddAsync(Guid.CreateVersion7(now), change.Metric, episode, series.StartOf(episode.Hour), risk, insight, now, cancellationToken))
            metrics.AnomalyTold(change.Metric, change.Step);
    }

    private async Task<IReadOnlyDictionary<MetricSource, HourSeries>> SourcesAsync(HourSeries like, CancellationToken cancellationToken)
    {
        var sources = new Dictionary<MetricSource, HourSeries>();
        foreach (var source in (MetricSource[])[MetricSource.Meta, MetricSource.Google, MetricSource.Organic])
            sources[source] = await _history.ReadAsync(source, like.First, like.StartOf(like.Count), cancellationToken);
        return sources;
    }

    private static double PaidShare(IReadOnlyDictionary<MetricSource, HourSeries> sources, int hour)
    {
        var revenue = sources.ToDictionary(static source => source.Key, source => source.Value.Between(Math.Max(0, hour + 1 - PaidHours), hour + 1).Revenue);
        var all = revenue.Values.Sum();
        return all <= 0 ? 0 : 1 - ((double)revenue[MetricSource.Organic] / all);
    }

    private async Task<AnomalyCase> CaseAsync(
        MetricType metric, Episode episode, HourSeries series, IReadOnlyDictionary<MetricSource, HourSeries> sources, CancellationToken cancellationToken)
    {
        var found = episode.Found;
        var (from, end) = (series.StartOf(found.Hour + 1 - found.Window), series.StartOf(found.Hour + 1));
        return new(
            brand.BrandId, metric, found, TimeZoneInfo.TryFindSystemTimeZoneById(brand.TimeZone, out var zone) ? TimeZoneInfo.ConvertTime(end, zone) : end, brand.Currency,
            [.. sources.Select(source => PartOf(source.Key, source.Value, found))],
            WatchedMetric.Of(metric) is { Type: MetricType.Spend or MetricType.Ctr or MetricType.Cpc }
                ? [] : await SaleOrigins.ReadAsync(connection, transaction, brand.BrandId, from, end, cancellationToken));
    }

    private static SourcePart PartOf(MetricSource source, HourSeries series, Judgement found)
    {
        var baseline = new Baseline(series);
        return new(source, series.Between(found.Hour + 1 - found.Window, found.Hour + 1), new()
        {
            Spend = Usual(WatchedMetric.Of(MetricType.Spend)),
            Revenue = Usual(WatchedMetric.Of(MetricType.Revenue)),
            Conversions = Usual(WatchedMetric.Of(MetricType.Conversions)),
            Clicks = Usual(WatchedMetric.Clicks),
            Impressions = Usual(WatchedMetric.Impressions),
        });

        long Usual(WatchedMetric part) => (long)Math.Round(baseline.Expect(part, found.Hour, found.Window) ?? 0);
    }
}
