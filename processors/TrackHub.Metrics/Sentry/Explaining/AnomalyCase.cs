using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Explaining;

/// <summary>What there is to say about an anomaly.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="Metric">Which figure.</param>
/// <param name="Found">How far off it is.</param>
/// <param name="Until">End of the last of its hours, on the brand's clock.</param>
/// <param name="Currency">Currency of the amounts.</param>
/// <param name="Parts">Meta, google and organic.</param>
/// <param name="Origins">Where sales came from; empty where that is not known.</param>
internal sealed record AnomalyCase(
    string BrandId, MetricType Metric, Judgement Found, DateTimeOffset Until, string Currency, IReadOnlyList<SourcePart> Parts, IReadOnlyList<SaleOrigin> Origins);

/// <summary>A source in these hours, and as it usually is.</summary>
internal sealed record SourcePart(MetricSource Source, Sums Now, Sums Usual);

/// <summary>Sales by how their click was found and which campaign it was of.</summary>
/// <param name="Stage">Stage of the match; <c>none</c>: no click was found.</param>
/// <param name="Campaign">The click's utm_campaign; null: none.</param>
/// <param name="Now">Sales in these hours.</param>
/// <param name="Usual">Mean of the same hours of the weeks before.</param>
internal sealed record SaleOrigin(string Stage, string? Campaign, long Now, double Usual);

/// <summary>What is told of an anomaly, for people.</summary>
/// <param name="Explanation">What moved, with figures.</param>
/// <param name="SuggestedAction">What to do about it.</param>
internal sealed record Insight(string Explanation, string SuggestedAction);

/// <summary>Says what lies behind an anomaly. Rules by default; the seam for a language model.</summary>
internal interface IInsightProvider
{
    /// <summary>Explains one. Called once for each, while its brand is held: whoever asks a slow service answers from its own limit of time.</summary>
    /// <returns>Null when there is nothing to say: the anomaly is told without.</returns>
    ValueTask<Insight?> ExplainAsync(AnomalyCase anomaly, CancellationToken cancellationToken);
}
