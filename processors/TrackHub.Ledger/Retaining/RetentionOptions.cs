using System.ComponentModel.DataAnnotations;

namespace TrackHub.Ledger.Retaining;

/// <summary>How long tables keep what they hold. Bound from section <c>Retention</c>.</summary>
internal sealed class RetentionOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Retention";

    /// <summary>
    /// What tells a sale's story: events, clicks, identities, conversions, matches, orders, consents given, dead letters, alerts that are over. Default 396 days,
    /// thirteen months, as the topic <c>conversions</c>. From 30 days: what is younger is never dropped.
    /// </summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "3650.00:00:00")]
    public TimeSpan History { get; set; } = TimeSpan.FromDays(396);

    /// <summary>What tells how each event was delivered: attempts, outcomes, book entries. Default 90 days, as their topics; from 30 days.</summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "3650.00:00:00")]
    public TimeSpan Deliveries { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Time between looks for months that are over. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);
}
