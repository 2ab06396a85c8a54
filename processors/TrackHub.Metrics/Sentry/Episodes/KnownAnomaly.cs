using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Episodes;

/// <summary>An anomaly as the table has it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Metric">Which figure.</param>
/// <param name="Hour">Start of the hour by which it was found.</param>
/// <param name="Severity">The worst so far.</param>
/// <param name="Value">The figure then.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="ResolvedAt">When the pattern was back; null: it is off.</param>
internal sealed record KnownAnomaly(Guid Id, MetricType Metric, DateTimeOffset Hour, AnomalySeverity Severity, double Value, double Expected, DateTimeOffset? ResolvedAt);
