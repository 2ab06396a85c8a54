using TrackHub.Cli.Explaining;
using static TrackHub.Cli.Tests.Explaining.Facts;

namespace TrackHub.Cli.Tests.Explaining;

/// <summary>Every way in which an event is a duplicate: the story names the one it repeats.</summary>
public sealed class DuplicateTests
{
    private static readonly Guid Second = Guid.Parse("01a20170-5481-7a2d-972e-ddc5eedb6ae4");

    private static readonly EventFact Checkout = Sale with { Kind = "initiate_checkout", Gateway = null, SaleId = null, SaleKind = null, GatewayEvent = null, Topic = "track-events" };

    [Fact]
    public void A_gateways_retry_repeats_what_made_the_revision()
    {
        var story = Delivered with
        {
            Events = [Sale, Sale with { IngestId = Second, Offset = 9, ReceivedAt = At.AddSeconds(4) }],
            Outcomes = [.. Delivered.Outcomes, Ended("approved")],
        };

        StoryTeller.Tell(story).Last().ShouldBe(
            "End of approved received 2026-11-22 10:00:04.000Z without a destination: duplicate, approved (2026-11-22 10:00:05.000Z). "
            + $"It repeats the approved received 2026-11-22 10:00:00.000Z (revision 1, ingest id {FirstId}, receipt ingest-events/1/7).");
    }

    [Fact]
    public void A_renewal_after_its_approval_repeats_that_and_an_approval_never_a_renewal()
    {
        var renewed = Matched with { Revision = 1, Kind = "renewed", Purchase = false, IngestId = Guid.Parse("01a20170-5481-7a2d-972e-ddc5eedb6ae0") };
        var story = Delivered with
        {
            Events = [Sale, Sale with { IngestId = Second, Offset = 9 }],
            Conversions = [renewed, Matched with { Revision = 2 }],
            Outcomes = [Ended("approved")],
        };

        StoryTeller.Tell(story).ShouldContain(static line => line.Contains("It repeats the approved received") && line.Contains("(revision 2, "));
        StoryTeller.Tell(story with { Conversions = [Matched], Outcomes = [Ended("renewed")] }).ShouldContain(static line => line.Contains("It repeats the approved received") && line.Contains("(revision 1, "));
    }

    [Fact]
    public void A_sale_told_again_under_another_of_its_names_says_under_which()
    {
        var story = Delivered with
        {
            Names = ["in_1"],
            Events = [Sale with { SaleId = "in_1" }, Sale with { IngestId = Second, Offset = 9 }],
            Outcomes = [Ended("approved")],
        };

        var told = StoryTeller.Tell(story).ToList();
        told[0].ShouldBe("Sale S1 of perfectpay, brand loja (0123456789ab); the gateway also calls it in_1");
        told[^2].ShouldEndWith($"It repeats the approved received 2026-11-22 10:00:00.000Z (revision 1, ingest id {FirstId}, receipt ingest-events/1/7, told as in_1).");
    }

    [Fact]
    public void What_is_repeated_and_not_in_the_ledger_yet_is_said_to_be_so()
    {
        var story = Delivered with { Conversions = [], Outcomes = [Ended("approved")] };

        StoryTeller.Tell(story).ShouldContain(static line => line.EndsWith("The sale was told approved before; the ledger has not got by what."));
    }

    [Fact]
    public void A_browser_event_with_a_known_event_id_names_the_one_that_came_first()
    {
        var story = OfCheckouts([new("px_1", "InitiateCheckout", "e1", "delivered", "", 1, 0, null, At, FirstId)]);

        StoryTeller.Tell(story).Last().ShouldBe(
            "End of initiate checkout received 2026-11-22 10:00:04.000Z for pixel px_1: duplicate (2026-11-22 10:00:06.000Z). "
            + $"Event id e1 had come to that pixel before, by the initiate checkout received 2026-11-22 10:00:00.000Z, receipt track-events/1/7, ingest id {FirstId}; what became of it stands above.");
    }

    [Fact]
    public void A_browser_event_whose_first_the_registry_has_forgotten_does_not_guess() =>
        StoryTeller.Tell(OfCheckouts([])).Last().ShouldEndWith("Another record had brought event id e1 to that pixel; the registry no longer knows which.");

    [Fact]
    public void A_click_sent_twice_names_the_first()
    {
        var click = Checkout with { Kind = "click" };
        var story = Delivered with { Sale = null, Events = [click, click with { IngestId = Second, Offset = 8, ReceivedAt = At.AddSeconds(4) }], Conversions = [], Dispatches = [], Attempts = [], Outcomes = [] };

        StoryTeller.Tell(story).TakeLast(2).ShouldBe(
        [
            "End of click received 2026-11-22 10:00:00.000Z: click is recorded; it goes nowhere by itself, sales are matched to it.",
            "End of click received 2026-11-22 10:00:04.000Z: click is recorded; it goes nowhere by itself, sales are matched to it."
                + $" It repeats the event id of the click received 2026-11-22 10:00:00.000Z (ingest id {FirstId}, receipt track-events/1/7).",
        ]);
    }

    [Fact]
    public void A_checkout_without_an_end_is_on_its_way_and_not_recorded()
    {
        var story = OfCheckouts([]) with { Events = [Checkout], Outcomes = [], Open = [new(FirstId, "px_1", new Dictionary<string, long> { ["capi-retry-1s/2"] = 4 })] };

        StoryTeller.Tell(story).Last().ShouldBe("End of initiate checkout received 2026-11-22 10:00:00.000Z for pixel px_1: none yet; it waits for its next attempt (capi-retry-1s/2/4).");
    }

    private static Story OfCheckouts(IReadOnlyList<DispatchFact> registry) => Delivered with
    {
        Sale = null,
        Events = [Checkout, Checkout with { IngestId = Second, Offset = 8, ReceivedAt = At.AddSeconds(4) }],
        Conversions = [],
        Dispatches = registry,
        Attempts = [],
        Outcomes =
        [
            new(FirstId, "px_1", 1, "e1", "InitiateCheckout", "delivered", "", At.AddSeconds(2)),
            new(Second, "px_1", 1, "e1", "InitiateCheckout", "duplicate", "", At.AddSeconds(6)),
        ],
    };

    private static OutcomeFact Ended(string kind) => new(Second, "none", 1, "e1", null, "duplicate", kind, At.AddSeconds(5), SaleId: "S1");
}
