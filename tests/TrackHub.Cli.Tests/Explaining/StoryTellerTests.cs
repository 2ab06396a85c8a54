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
        [new("click_id", "hit", 1, "i1"), new("session_id", "absent", 0, null), new("email", "miss", 0, null)]);

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
        "  click_id: the same as a click's, weight 1, candidate i1",
        "  session_id: not brought",
        "  email: brought, but no click has it",
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
