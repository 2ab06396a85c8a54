using TrackHub.Cli.Explaining;

namespace TrackHub.Cli.Tests.Explaining;

public sealed class StoryTellerTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private static readonly Guid Ingest = Guid.Parse("01a20170-5481-7a2d-972e-ddc5eedb6ae3");
    private static readonly BrandFact Brand = new("0123456789ab", "loja", "granted");

    private static readonly EventFact Sale = new(
        Ingest, Brand.Id, "sale", "e1", At, At, null, "th_1", "perfectpay", "S1", "approved", "approved", Test: false, 19_700, "BRL", null,
        HasEmail: true, HasPhone: false, "ingest-events", 1, 7);

    private static readonly ConversionFact Matched = new(
        Brand.Id, "perfectpay", "S1", 1, Ingest, "e1", "approved", "approved", Test: false, Purchase: true, At, "deterministic", 1, 7.1, 1, [], ["em", "fbc"], null,
        new("c1", "i1", "click", At.AddHours(-1), "th_1", "sess-1", "loja.example.com/oferta", "FB", "natal", "meta"),
        [new("click_id", "hit", 1, "i1"), new("session_id", "absent", 0, null), new("email", "miss", 0, null)],
        RulesVersion: 3, ScoreModel: 2, Reason: "click_id");

    private static readonly ConversionFact Guessed = Matched with
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

    private static readonly AttemptFact Answered = new("px_1", "Purchase", "e1", 1, 0, At.AddSeconds(1), At.AddSeconds(2), "delivered", null, 352, 200, null, null, "trace-1", "b1", 3);

    private static readonly Story Delivered = new()
    {
        Brand = Brand,
        Sale = new("perfectpay", "S1"),
        Events = [Sale],
        Conversions = [Matched],
        Dispatches = [new("px_1", "Purchase", "e1", "delivered", "", 1, 0, null, At.AddSeconds(2))],
        Attempts = [Answered],
        Outcomes = [new(Ingest, "px_1", 1, "e1", "Purchase", "delivered", "", At.AddSeconds(2))],
    };

    [Fact]
    public void A_delivered_sale_is_told_from_receipt_to_answer() => StoryTeller.Tell(Delivered).ShouldBe(
    [
        "Sale S1 of perfectpay, brand loja (0123456789ab)",
        "Received 2026-11-22 10:00:00.000Z: approved (the gateway says approved), 197.00 BRL; receipt ingest-events/1/7, event id e1.",
        "  Keys it brought: click id th_1, e-mail.",
        "Matched at once (revision 1, approved): surely to the click of 2026-11-22 09:00:00.000Z from meta, campaign natal on loja.example.com/oferta, click id th_1.",
        "  click_id: the same as a click's, candidate i1",
        "  session_id: not brought",
        "  email: brought, but no click has it",
        "  Rules: version 3 of the brand's, weights 2.",
        "  Match quality 7.1 of 10 from em, fbc.",
        "  Decision: first approved, so a Purchase; state approved; consent not known, the brand's basis (granted) counts.",
        "To pixel px_1 as Purchase: delivered after 1 attempt (2026-11-22 10:00:02.000Z).",
        "  Attempt 1 (2026-11-22 10:00:01.000Z): Meta answered 200 in 352 ms; delivered; call b1 of 3 events, trace trace-1.",
        "End for pixel px_1: delivered (2026-11-22 10:00:02.000Z).",
    ]);

    [Fact]
    public void A_refused_call_is_told_with_Metas_code()
    {
        var refused = Delivered with { Attempts = [Answered with { Outcome = "park", Reason = "token_dead", HttpStatus = 400, Code = 190, Subcode = 460 }] };

        StoryTeller.Tell(refused).ShouldContain("  Attempt 1 (2026-11-22 10:00:01.000Z): Meta answered 400, code 190/460 in 352 ms; park, token dead; call b1 of 3 events, trace trace-1.");
    }

    [Fact]
    public void A_sale_the_ledger_has_not_got_is_told_from_the_matchers_tables()
    {
        var early = Delivered with
        {
            Events = [],
            Conversions = [],
            Dispatches = [],
            Attempts = [],
            Outcomes = [],
            Order = new(Brand.Id, "perfectpay", "S1", "approved", 1, Ingest, "deterministic", 1, 19_700, "BRL", At, At),
        };

        StoryTeller.Tell(early).ShouldBe(
        [
            "Sale S1 of perfectpay, brand loja (0123456789ab)",
            "Received: the ledger has not got the event yet; what follows is what the matcher has decided already.",
            "Matched: state approved, revision 1, stage deterministic; the ledger has not got the evidence yet.",
        ]);
    }

    [Fact]
    public void A_sale_that_waits_for_its_click_has_no_end_yet()
    {
        var waiting = Delivered with { Conversions = [], Dispatches = [], Attempts = [], Outcomes = [] };

        StoryTeller.Tell(waiting).Skip(3).ShouldBe(
        [
            "Matched: not yet. A sale without its click waits up to 65 s for it.",
            "End of approved received 2026-11-22 10:00:00.000Z: none yet; it is on its way, or the ledger has not got it.",
        ]);
    }

    [Theory]
    [InlineData("no_keys", "the sale brought none of the keys")]
    [InlineData("no_candidate", "no click inside the window has one of them")]
    [InlineData("below_threshold", "the likeliest visitor reaches 48.1 %, less than the brand asks for")]
    [InlineData("ambiguous", "several visitors fit alike, so the likeliest reaches 48.1 %")]
    [InlineData("click_gone", "nothing is kept of it any more")]
    [InlineData("not_searched", "none is looked for at this state")]
    public void A_sale_without_a_click_says_why(string reason, string told)
    {
        var story = Delivered with { Conversions = [Guessed with { Stage = "none", Click = null, Reason = reason }] };

        StoryTeller.Tell(story).ShouldContain(line => line.StartsWith("Matched at once (revision 1, approved): no click was found: ", StringComparison.Ordinal) && line.Contains(told));
    }

    [Fact]
    public void A_guess_is_told_with_what_speaks_for_and_against_it()
    {
        var story = Delivered with { Conversions = [Guessed] };

        StoryTeller.Tell(story).Skip(3).Take(8).ShouldBe(
        [
            "Matched at once (revision 1, approved): probably (probability 97.4 %) to the click of 2026-11-22 09:00:00.000Z from meta, campaign natal on loja.example.com/oferta, click id th_1.",
            "  email: brought, but no click has it",
            "  ip: speaks for it, +0.45, candidate i1",
            "  other_browser: speaks against it, −1.62, candidate i1",
            "  other_visitor: 1.5 %, candidate i2",
            "  probability: 48.1 %, not enough (of 2 visitors near), candidate i1",
            "  Rules: version 3 of the brand's, weights 2.",
            "  Match quality 7.1 of 10 from em, fbc.",
        ]);
    }

    [Fact]
    public void A_key_that_several_events_have_says_so()
    {
        var story = Delivered with { Conversions = [Matched with { Evidence = [new("email_via_session", "hit", 1, "i1", Candidates: 4)] }] };

        StoryTeller.Tell(story).ShouldContain("  email_via_session: the same as that of 4 events, the last touch of which counts, candidate i1");
    }

    [Fact]
    public void A_duplicate_says_what_it_repeats()
    {
        var second = Guid.NewGuid();
        var story = Delivered with
        {
            Events = [Sale, Sale with { IngestId = second, SaleKind = "renewed", Offset = 9 }],
            Outcomes = [new(second, "none", 1, "e1", null, "duplicate", "renewed", At.AddSeconds(5)), new(Ingest, "px_1", 2, "e1", "Purchase", "duplicate", "", At.AddSeconds(6))],
        };

        StoryTeller.Tell(story).TakeLast(2).ShouldBe(
        [
            "End without a destination: duplicate, renewed (2026-11-22 10:00:05.000Z). It repeats the approved received 2026-11-22 10:00:00.000Z (revision 1, receipt ingest-events/1/7).",
            "End for pixel px_1: duplicate (2026-11-22 10:00:06.000Z). Another record had claimed event id e1 for that pixel; what became of it stands above.",
        ]);
    }

    [Theory]
    [InlineData(false, "granted", "refused by the visitor")]
    [InlineData(true, null, "given by the visitor")]
    [InlineData(null, null, "the brand has no basis: nothing is sent")]
    public void Consent_is_told_by_what_decided(bool? visitor, string? basis, string told)
    {
        var story = Delivered with { Brand = Brand with { ConsentBasis = basis }, Conversions = [Matched with { ConsentAds = visitor }] };

        StoryTeller.Tell(story).ShouldContain(line => line.StartsWith("  Decision:") && line.Contains(told));
    }

    [Fact]
    public void Money_has_the_digits_of_its_currency()
    {
        var story = Delivered with { Events = [Sale with { AmountMinor = 1500, Currency = "JPY" }] };

        StoryTeller.Tell(story).ShouldContain(static line => line.Contains(", 1500 JPY;"));
    }
}
