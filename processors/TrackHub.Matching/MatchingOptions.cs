using System.ComponentModel.DataAnnotations;

namespace TrackHub.Matching;

/// <summary>How the matcher runs. Bound from section <c>Matching</c>. What decides a match is set per brand.</summary>
internal sealed class MatchingOptions : IValidatableObject
{
    /// <summary>Sales in one batch: one Redis round trip per stage and one transaction. Default 500; locks of more would crowd PostgreSQL's lock table.</summary>
    [Range(1, 2_000)]
    public int MaxSales { get; set; } = 500;

    /// <summary>How long a batch of sales waits to fill. Default 15 ms: each batch is a transaction, and costs PostgreSQL before its first sale.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan SaleLinger { get; set; } = TimeSpan.FromMilliseconds(15);

    /// <summary>Browser events in one batch. Default 2,000.</summary>
    [Range(1, 20_000)]
    public int MaxClicks { get; set; } = 2_000;

    /// <summary>How long the log lets a fetch of browser events fill. Default 15 ms; shorter, more and smaller batches take processor time from those who share the machine.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan ClickLinger { get; set; } = TimeSpan.FromMilliseconds(15);

    /// <summary>How often waiting sales look whether the windows have caught up. Default 10 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:05")]
    public TimeSpan WatermarkInterval { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Longest wait for the windows to catch up; then sales go on flagged <c>clicks_behind</c>. Default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "06:00:00")]
    public TimeSpan WatermarkTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Longest wait for a rebuild of the windows; then sales go on flagged <c>windows_incomplete</c>. Default 30 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "06:00:00")]
    public TimeSpan RebuildTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Sales of a batch, resolved by exact keys, that stage 3 is asked about as well, blind. Default 32: all of them at usual rates, and a
    /// sample when batches are large, so that the check costs little of a full matcher's time. 0 switches it off.
    /// </summary>
    [Range(0, 2_000)]
    public int MaxBlind { get; set; } = 32;

    /// <summary>How often Redis is asked who it is. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RebuildTimeout < WatermarkTimeout)
            yield return new($"RebuildTimeout ({RebuildTimeout}) is shorter than WatermarkTimeout ({WatermarkTimeout}); a rebuild is the longer wait.", [nameof(RebuildTimeout)]);
    }
}
