using System.ComponentModel.DataAnnotations;

namespace TrackHub.Platform.Streams;

/// <summary>How this process produces. Bound from section <c>Producer</c>; a role sets its own defaults in code.</summary>
public sealed class ProducerOptions
{
    /// <summary>How long a record may wait for its acknowledgement, queueing and retries included. Default 300 s; the ingress takes 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.200", "01:00:00")]
    public TimeSpan MessageTimeout { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>
    /// How long a batch waits to fill. Default 1 ms: an answer over HTTP waits for it, so that 64 connections get twice the clicks a second they get with 3 ms,
    /// and 256, which the processor limits, no fewer (ingress-profile.md).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Records that may wait locally. Full: single records are refused at once, batches wait. Default 100,000.</summary>
    [Range(100, 2_000_000)]
    public int QueueRecords { get; set; } = 100_000;

    /// <summary>Kilobytes that may wait locally. Full: as above. Default 131,072 (128 MB).</summary>
    [Range(1_024, 2_097_151)]
    public int QueueKilobytes { get; set; } = 131_072;
}
