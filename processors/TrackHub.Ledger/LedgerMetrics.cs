using System.Diagnostics.Metrics;

namespace TrackHub.Ledger;

/// <summary>What the ledger counts. Recorded per batch.</summary>
internal sealed class LedgerMetrics
{
    private readonly Counter<long> _records;
    private readonly Counter<long> _refused;

    public LedgerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("TrackHub.Ledger");
        _records = meter.CreateCounter<long>("trackhub.ledger.records", "{record}", "Records written to PostgreSQL.");
        _refused = meter.CreateCounter<long>("trackhub.ledger.refused", "{record}", "Records moved to the dead letters, by reason.");
    }

    /// <summary>A batch is committed.</summary>
    public void BatchWritten(int records) => _records.Add(records);

    /// <summary>A decoded record cannot be a row.</summary>
    public void Refused(string reason) => _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
