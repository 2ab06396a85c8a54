using System.Diagnostics.Metrics;

namespace TrackHub.Metrics;

/// <summary>What the metrics role counts about itself. Recorded per batch.</summary>
internal sealed class FigureMetrics
{
    private readonly Counter<long> _records;
    private readonly Counter<long> _leftOut;
    private readonly Counter<long> _published;

    public FigureMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("TrackHub.Metrics");
        _records = meter.CreateCounter<long>("trackhub.metrics.records", "{record}", "Conversions and spend records taken into the figures, repetitions among them.");
        _leftOut = meter.CreateCounter<long>("trackhub.metrics.left_out", "{record}", "Records that no figure can be made of, by reason.");
        _published = meter.CreateCounter<long>("trackhub.metrics.published", "{record}", "Figures written to the topic performance-metrics.");
    }

    /// <summary>A batch is committed.</summary>
    public void BatchWritten(int records) => _records.Add(records);

    /// <summary>Records are not counted.</summary>
    public void LeftOut(string reason, int records = 1) => _leftOut.Add(records, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Figures are on the topic.</summary>
    public void Published(int figures) => _published.Add(figures);
}
