using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Episodes;

/// <summary>A time in which a figure was off its pattern.</summary>
/// <param name="Found">The hours by which it was found.</param>
/// <param name="Worst">The hours in which it was furthest off.</param>
/// <param name="Severity">The worst it was.</param>
/// <param name="End">First hour in which it was back; null: it is still off.</param>
internal sealed record Episode(Judgement Found, Judgement Worst, AnomalySeverity Severity, int? End)
{
    /// <summary>Hour by which it was found.</summary>
    public int Hour => Found.Hour;
}
