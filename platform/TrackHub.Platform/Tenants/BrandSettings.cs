using System.Text.Json.Serialization;

namespace TrackHub.Platform.Tenants;

/// <summary>A key that a sale can be matched by, exactly.</summary>
public enum MatchKey
{
    /// <summary>TrackHub click id.</summary>
    ClickId,

    /// <summary>Browser session.</summary>
    SessionId,

    /// <summary>E-mail.</summary>
    Email,

    /// <summary>Phone.</summary>
    Phone,

    /// <summary>The seller's own id of the visitor.</summary>
    ExternalId,
}

/// <summary>What can be set per brand, with its defaults. Stored as JSON; an absent key has its default.</summary>
/// <remarks>Names, ranges and texts for people: <see cref="BrandSettingKeys"/>.</remarks>
public sealed record BrandSettings
{
    /// <summary>The defaults.</summary>
    public static BrandSettings Default { get; } = new();

    /// <summary>How long before a sale its click may lie, in days, 1 to 90.</summary>
    public int WindowDays { get; init; } = 7;

    /// <summary>Exact keys in the order they are tried; one left out is not used.</summary>
    public IReadOnlyList<MatchKey> StageOrder { get; init; } = [MatchKey.ClickId, MatchKey.SessionId, MatchKey.Email, MatchKey.Phone, MatchKey.ExternalId];

    /// <summary>Whether fbc and fbclid are tried after the exact keys.</summary>
    public bool SemiDeterministic { get; init; } = true;

    /// <summary>
    /// Least probability of a probabilistic match, 0.5 to 1; 1 switches the stage off. Default: where more than 98 of 100 are right on labelled traffic
    /// (benchmarks/results, load-stages.md).
    /// </summary>
    public double ProbabilisticThreshold { get; init; } = 0.9;

    /// <summary>Version of the rules above, counted by what changes them: table <c>match_rules</c>.</summary>
    public int RulesVersion { get; init; } = 1;

    /// <summary>Shards a pixel's lane is spread over where the pixel says nothing, 1 to 64.</summary>
    public int LaneShards { get; init; } = 1;

    /// <summary>Whether page views go to Meta where the pixel says nothing.</summary>
    public bool SendPageView { get; init; }

    /// <summary>Country assumed for buyers that name none, ISO 3166-1 alpha-2, lower case.</summary>
    public string DefaultCountry { get; init; } = "br";

    /// <summary>Whether birth dates as dd/mm/yyyy are taken beside ISO dates.</summary>
    public bool DayFirstDates { get; init; } = true;

    /// <summary>Browser events one write key of the brand may send per second and ingress before 429, 1 to 100,000. The default is beyond the largest launches.</summary>
    public int TrackPerSecond { get; init; } = 2_000;

    /// <summary>Browser events it may send at once, 1 to 1,000,000; at least a second's worth counts.</summary>
    public int TrackBurst { get; init; } = 10_000;

    /// <summary>The window as a time span.</summary>
    [JsonIgnore]
    public TimeSpan Window => TimeSpan.FromDays(WindowDays);
}

/// <summary>What can be set per pixel; null: the brand's.</summary>
internal sealed record PixelSettings
{
    public int? LaneShards { get; init; }

    public bool? SendPageView { get; init; }

    public string? TestEventCode { get; init; }

    public string? LimitedDataUse { get; init; }
}
