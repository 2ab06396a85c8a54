using System.ComponentModel.DataAnnotations;

namespace TrackHub.Metrics.Sentry.Watching;

/// <summary>How The Sentry watches. Bound from section <c>Sentry</c>; how sensitive it is, each brand says (<c>performance_configs</c>).</summary>
internal sealed class SentryOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Sentry";

    /// <summary>How often each brand is looked at. Default 5 min: a look at a brand whose complete hours are as they were costs a few small queries.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan LookInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long after its end an hour is judged. Default 30 min: ad platforms tell an hour's figures late, and sales wait for their clicks. What comes later still
    /// is judged again.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Settle { get; set; } = TimeSpan.FromMinutes(30);
}
