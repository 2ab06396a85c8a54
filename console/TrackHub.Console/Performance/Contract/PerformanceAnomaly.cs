using System.Text.Json.Serialization;

namespace TrackHub.ConsoleApi.Performance.Contract;

/// <summary>A figure that broke from its pattern.</summary>
/// <param name="Id">UUID; the same from new to resolved.</param>
/// <param name="BrandId">Brand.</param>
/// <param name="MetricType">Which figure.</param>
/// <param name="Severity">How bad; the worst so far.</param>
/// <param name="DetectedAt">When it was found.</param>
/// <param name="ValueAtDetection">What the figure was: amounts in major units, ctr 0 to 1.</param>
/// <param name="ExpectedValue">What its pattern says.</param>
/// <param name="DeviationPercentage">100 × (value − expected) / expected: negative where it fell.</param>
/// <param name="Status">Where people, or the pattern that came back, have brought it.</param>
/// <param name="AiInsight">Why, and what to do; absent where nothing can be said.</param>
/// <param name="Basis">What it rests on; beyond the contract.</param>
internal sealed record PerformanceAnomaly(
    string Id,
    string BrandId,
    FigureName MetricType,
    Severity Severity,
    DateTimeOffset DetectedAt,
    double ValueAtDetection,
    double ExpectedValue,
    double DeviationPercentage,
    AnomalyStatus Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AiInsight? AiInsight,
    AnomalyBasis Basis);

/// <summary>What moved the figure, and what to do about it.</summary>
/// <param name="Explanation">The driver, with figures.</param>
/// <param name="SuggestedAction">What to do.</param>
internal sealed record AiInsight(string Explanation, string SuggestedAction);

/// <summary>What an anomaly rests on.</summary>
/// <param name="Hour">Start of the hour by which it was found.</param>
/// <param name="WindowHours">How many hours, that one the last, the value is of.</param>
/// <param name="Currency">ISO 4217, of every amount.</param>
/// <param name="RevenueAtRisk">What a day costs if it stays as it is, major units.</param>
/// <param name="ResolvedAt">When the pattern was back, whatever the status says; null: it is still off.</param>
/// <param name="Revision">Higher with each change.</param>
internal sealed record AnomalyBasis(DateTimeOffset Hour, int WindowHours, string Currency, decimal RevenueAtRisk, DateTimeOffset? ResolvedAt, long Revision);
