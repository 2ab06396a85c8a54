using TrackHub.Cli.Explaining;

namespace TrackHub.Cli.Tests.Explaining;

/// <summary>Rows of one sale, for tests to change.</summary>
internal static class Facts
{
    public static readonly DateTimeOffset At = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    public static readonly Guid FirstId = Guid.Parse("01a20170-5481-7a2d-972e-ddc5eedb6ae3");
    public static readonly BrandFact Brand = new("0123456789ab", "loja", "granted");

    public static readonly EventFact Sale = new(
        FirstId, Brand.Id, "sale", "e1", At, At, null, "th_1", "perfectpay", "S1", "approved", "approved", Test: false, 19_700, "BRL", null,
        HasEmail: true, HasPhone: false, "ingest-events", 1, 7);

    public static readonly ConversionFact Matched = new(
        Brand.Id, "perfectpay", "S1", 1, FirstId, "e1", "approved", "approved", Test: false, Purchase: true, At, "deterministic", 1, 7.1, 1, [], ["em", "fbc"], null,
        new("c1", "i1", "click", At.AddHours(-1), "th_1", "sess-1", "loja.example.com/oferta", "FB", "natal", "meta"),
        [new("click_id", "hit", 1, "i1"), new("session_id", "absent", 0, null), new("email", "miss", 0, null)],
        RulesVersion: 3, ScoreModel: 2, Reason: "click_id");

    public static readonly ConversionFact Guessed = Matched with
    {
        Stage = "probabilistic",
        Score = 0.974,
        Reason = "probable",
        Evidence =
        [
            new("email", "miss", 0, null), new("ip", "hit", 0.45, "i1"), new("other_browser", "miss", -1.62, "i1"), new("other_visitor", "miss", 0.0151, "i2"),
            new("probability", "miss", 0.481, "i1", Candidates: 2),
        ],
    };

    public static readonly AttemptFact Answered = new("px_1", "Purchase", "e1", 1, 0, At.AddSeconds(1), At.AddSeconds(2), "delivered", null, 352, 200, null, null, "trace-1", "b1", 3);

    public static readonly Story Delivered = new()
    {
        Brand = Brand,
        Sale = new("perfectpay", "S1"),
        Events = [Sale],
        Conversions = [Matched],
        Dispatches = [new("px_1", "Purchase", "e1", "delivered", "", 1, 0, null, At.AddSeconds(2))],
        Attempts = [Answered],
        Outcomes = [new(FirstId, "px_1", 1, "e1", "Purchase", "delivered", "", At.AddSeconds(2))],
    };

    public static readonly RulesFact Rules = new(3, 7, ["click_id", "session_id", "email", "phone", "external_id"], SemiDeterministic: true, ProbabilisticThreshold: 0.9);

    /// <summary>The sale as long as nothing has become of it.</summary>
    public static readonly Story Waiting = Delivered with { Conversions = [], Dispatches = [], Attempts = [], Outcomes = [] };

    /// <summary>The same sale decided without a click.</summary>
    public static Story Unmatched(ConversionFact conversion, RulesFact? rules = null, params NearFact[] near) =>
        Delivered with { Conversions = [conversion with { Stage = "none", Click = null }], Rules = [rules ?? Rules], Near = near };
}
