using System.ComponentModel.DataAnnotations;

namespace TrackHub.Ledger;

/// <summary>How the ledger reads the topics. Bound from section <c>Ledger</c>.</summary>
internal sealed class LedgerOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Ledger";

    /// <summary>Most records in one transaction. Default 2,000: some 20 ms of PostgreSQL's time.</summary>
    [Range(1, 20_000)]
    public int MaxBatchSize { get; set; } = 2_000;

    /// <summary>Longest wait for a batch to fill. Default 100 ms; longer saves transactions, shorter shows events sooner.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan MaxLinger { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the books are looked at for the alarm. Default 15 s; a look that takes long makes the pause longer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan AuditInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Looks in a row that must agree before the alarm opens or is resolved. Default 2.</summary>
    [Range(1, 100)]
    public int AuditLooks { get; set; } = 2;

    /// <summary>Events that the match quality is judged by at least; with fewer there is no alert. Default 20: one poor sale moves their mean by half a point at most.</summary>
    [Range(1, 1_000_000)]
    public int QualityMinEvents { get; set; } = 20;
}
