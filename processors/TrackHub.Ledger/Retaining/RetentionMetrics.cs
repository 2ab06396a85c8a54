using System.Diagnostics.Metrics;

namespace TrackHub.Ledger.Retaining;

/// <summary>What retention counts, by table.</summary>
internal sealed class RetentionMetrics
{
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _busy;
    private readonly Counter<long> _deleted;

    public RetentionMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("TrackHub.Ledger");
        _dropped = meter.CreateCounter<long>("trackhub.retention.partitions.dropped", "{partition}", "Months dropped because their time was over.");
        _busy = meter.CreateCounter<long>("trackhub.retention.partitions.busy", "{partition}", "Months that could not be dropped because their table was in use; tried again.");
        _deleted = meter.CreateCounter<long>("trackhub.retention.rows.deleted", "{row}", "Rows deleted because their time was over.");
    }

    /// <summary>A month is gone.</summary>
    public void Dropped(string table) => _dropped.Add(1, Of(table));

    /// <summary>A month was in use.</summary>
    public void Busy(string table) => _busy.Add(1, Of(table));

    /// <summary>Rows are gone.</summary>
    public void Deleted(string table, long rows) => _deleted.Add(rows, Of(table));

    private static KeyValuePair<string, object?> Of(string table) => new("table", table);
}
