using TrackHub.Cli.Explaining;
using static TrackHub.Cli.Tests.Explaining.Facts;

namespace TrackHub.Cli.Tests.Explaining;

public sealed class StoryTellerTests
{
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
            Order = new(Brand.Id, "perfectpay", "S1", "approved", 1, FirstId, "deterministic", 1, 19_700, "BRL", At, At),
        };

        StoryTeller.Tell(early).ShouldBe(
        [
            "Sale S1 of perfectpay, brand loja (0123456789ab)",
            "Received: the ledger has not got the event yet; what follows is what the matcher has decided already.",
            "Matched: state approved, revision 1, stage deterministic; the ledger has not got the evidence yet.",
        ]);
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
