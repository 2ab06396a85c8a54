using TrackHub.Platform.Tenants;

namespace TrackHub.Matching.Deciding;

/// <summary>The rules that decide for a brand. Immutable; a decision names their version.</summary>
internal sealed record MatchRules
{
    /// <summary>Version of the brand's rules, table <c>match_rules</c>; written into each decision.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Stage-1 keys in the order they are asked.</summary>
    public IReadOnlyList<Signal> Deterministic { get; init; } = [Signal.ClickId, Signal.Session, Signal.Email, Signal.Phone, Signal.ExternalId];

    /// <summary>How long before the sale a click may have happened, by event time.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Whether fbc and fbclid are asked after the exact keys.</summary>
    public bool SemiDeterministic { get; init; } = true;

    /// <summary>Smallest stage-3 probability that attributes; 1 switches the stage off.</summary>
    public double Threshold { get; init; } = BrandSettings.Default.ProbabilisticThreshold;

    /// <summary>Stage-3 weights.</summary>
    public ProbabilisticWeights Weights { get; init; } = ProbabilisticWeights.Default;

    /// <summary>The rules a brand set.</summary>
    public static MatchRules Of(BrandSettings settings) => new()
    {
        Version = settings.RulesVersion,
        Deterministic = [.. settings.StageOrder.Select(static key => key switch
        {
            MatchKey.ClickId => Signal.ClickId,
            MatchKey.SessionId => Signal.Session,
            MatchKey.Email => Signal.Email,
            MatchKey.Phone => Signal.Phone,
            MatchKey.ExternalId => Signal.ExternalId,
            _ => throw new InvalidOperationException($"The match key {key} has no window."),
        })],
        Window = settings.Window,
        SemiDeterministic = settings.SemiDeterministic,
        Threshold = settings.ProbabilisticThreshold,
    };

    /// <summary>
    /// How much later than the sale a click may have been received at each pass: 0, 5 and 65 s, so that a backlog decides as the live run.
    /// </summary>
    public static TimeSpan Lateness(int pass) => pass switch
    {
        <= 1 => TimeSpan.Zero,
        2 => TimeSpan.FromSeconds(5),
        _ => TimeSpan.FromSeconds(65),
    };

    /// <summary>Whether the candidate may have led to a sale received at that time, asked at that pass (design §5).</summary>
    public bool Eligible(Candidate candidate, DateTimeOffset saleReceivedAt, int pass)
    {
        var known = candidate.LinkedAt is { } linked && linked > candidate.ReceivedAt ? linked : candidate.ReceivedAt;
        return known <= saleReceivedAt + Lateness(pass)
            && candidate.EventTime <= saleReceivedAt
            && candidate.EventTime >= saleReceivedAt - Window;
    }
}
