using System.ComponentModel.DataAnnotations;

namespace TrackHub.Metrics;

/// <summary>How figures are made. Bound from section <c>Metrics</c>.</summary>
internal sealed class MetricsOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Metrics";

    /// <summary>
    /// Most records in one transaction. Default 2,000: a sale costs the less the more of them share the sums that they change, but arrays of more rows are large
    /// objects to the collector, and each needs a full collection to go.
    /// </summary>
    [Range(1, 20_000)]
    public int MaxBatchSize { get; set; } = 2_000;

    /// <summary>Longest wait for a batch to fill. Default 100 ms; longer saves transactions, shorter shows sales sooner.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan MaxLinger { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often changed figures go to the topic <c>performance-metrics</c>. Default 500 ms: however often one changes meanwhile, it is one record.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PublishInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often changed time zones, currencies and rates are looked for. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(5);
}
