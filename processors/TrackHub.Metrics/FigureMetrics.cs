using System.Diagnostics.Metrics;
using TrackHub.Metrics.Sentry.Episodes;
using TrackHub.Schemas;

namespace TrackHub.Metrics;

/// <summary>What the metrics role counts about itself. Recorded per batch.</summary>
internal sealed class FigureMetrics
{
    private static readonly string[] StepNames = Array.ConvertAll(Enum.GetNames<AnomalyStep>(), static name => name.ToLowerInvariant());

    private readonly Counter<long> _records;
    private readonly Counter<long> _leftOut;
    private readonly Counter<long> _published;
    private readonly Counter<long> _anomalies;
    private readonly Counter<long> _failedLooks;

    public FigureMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("TrackHub.Metrics");
        _records = meter.CreateCounter<long>("trackhub.metrics.records", "{record}", "Conversions and spend records taken into the figures, repetitions among them.");
        _leftOut = meter.CreateCounter<long>("trackhub.metrics.left_out", "{record}", "Records that no figure can be made of, by reason.");
        _published = meter.CreateCounter<long>("trackhub.metrics.published", "{record}", "Figures written to the topic performance-metrics.");
        _anomalies = meter.CreateCounter<long>("trackhub.metrics.anomalies", "{anomaly}", "What The Sentry did to anomalies, by figure and step: open, record, update, reopen, resolve.");
        _failedLooks = meter.CreateCounter<long>("trackhub.metrics.looks.failed", "{look}", "Looks of The Sentry at a brand that failed; each is tried again.");
    }

    /// <summary>A batch is committed.</summary>
    public void BatchWritten(int records) => _records.Add(records);

    /// <summary>Records are not counted.</summary>
    public void LeftOut(string reason, int records = 1) => _leftOut.Add(records, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Figures are on the topic.</summary>
    public void Published(int figures) => _published.Add(figures);

    /// <summary>The Sentry changed an anomaly.</summary>
    public void AnomalyTold(MetricType metric, AnomalyStep step) => _anomalies.Add(
        1, new KeyValuePair<string, object?>("metric", metric.ToSymbol()), new KeyValuePair<string, object?>("step", StepNames[(int)step]));

    /// <summary>The Sentry could not judge a brand.</summary>
    public void LookFailed() => _failedLooks.Add(1);
}
