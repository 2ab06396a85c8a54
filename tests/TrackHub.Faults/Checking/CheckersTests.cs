using TrackHub.Faults.Driving;
using TrackHub.Faults.Lab;

namespace TrackHub.Faults.Checking;

/// <summary>Every checker passes a sound run and tells each kind of unsoundness by id: a checker that cannot fail checks nothing.</summary>
public sealed class CheckersTests
{
    private static readonly LabBrand A = Brand("a");
    private static readonly LabBrand B = Brand("b");
    private static readonly SentEvent Click = Acked(Gateway.Click(A, new(1, "run")).Event, "track-events", 1);
    private static readonly SentEvent Sale = Acked(Gateway.Sale(A, new(1, "run")).Event, "ingest-events", 1);
    private static readonly MetaKey SaleKey = new(A.DatasetId, "Purchase", Sale.EventId);
    private static readonly StoredEvent StoredClick = Stored(Click, "track-events", 1);
    private static readonly StoredEvent StoredSale = Stored(Sale, "ingest-events", 1);

    [Fact]
    public void A_sound_run_has_no_findings() => Checkers.All(Sound(), crashes: 0).ShouldBeEmpty();

    [Fact]
    public void C1_tells_an_acked_event_that_is_not_in_the_ledger() =>
        Told(Checkers.Conserved(Sound() with { Stored = [StoredClick] }), "C1", Sale.Explain, "not in the ledger");

    [Fact]
    public void C1_tells_a_record_without_an_end_unless_it_is_in_flight()
    {
        var open = Sound() with { Ends = Ends((StoredClick, new("none", "recorded", "click"))) };

        Told(Checkers.Conserved(open), "C1", StoredSale.Receipt.ToString(), "has no end");
        Checkers.Conserved(open with { InFlight = new HashSet<Guid> { StoredSale.IngestId } }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("dead", "exhausted")]
    [InlineData("recorded", "approved")]
    public void C1_tells_an_end_that_is_not_the_planned_one(string state, string reason) => Told(
        Checkers.Conserved(Sound() with { Ends = Ends((StoredClick, new("none", "recorded", "click")), (StoredSale, new(A.PixelId, state, reason))) }),
        "C1", Sale.Explain, $"ended as {state} ({reason})");

    [Fact]
    public void C1_takes_the_copy_of_an_attempt_that_nobody_knew_the_outcome_of_but_no_further_one()
    {
        var copy = Stored(Sale, "ingest-events", 2);
        var twice = Sound() with
        {
            Sent = [Click, Sale with { Unsure = 1 }],
            Stored = [StoredClick, StoredSale, copy],
            Ends = Ends((StoredClick, new("none", "recorded", "click")), (StoredSale, new("none", "duplicate", "approved")), (copy, new(A.PixelId, "delivered", ""))),
        };

        Checkers.Conserved(twice).ShouldBeEmpty();
        Told(Checkers.Conserved(twice with { Sent = [Click, Sale] }), "C1", Sale.Explain, "more than were sent");
        Told(
            Checkers.Conserved(twice with { Ends = Ends((StoredClick, new("none", "recorded", "click")), (StoredSale, new(A.PixelId, "delivered", "")), (copy, new(A.PixelId, "delivered", ""))) }),
            "C1", Sale.Explain, "not once as delivered");
    }

    [Fact]
    public void C1_tells_a_record_that_nobody_sent()
    {
        var stranger = new StoredEvent(Guid.NewGuid(), A.Id, "ev-stranger", "click", new("track-events", 7, 7));
        var seen = Sound();

        Told(Checkers.Conserved(seen with { Stored = [.. seen.Stored, stranger] }), "C1", "track-events/7/7", "never sent");
    }

    [Fact]
    public void C2_tells_what_did_not_arrive_and_what_should_not_have()
    {
        Told(Checkers.ArrivedOnce(Sound() with { Arrivals = [] }), "C2", Sale.Explain, "did not arrive");
        Told(Checkers.ArrivedOnce(With(Arrived(new(A.DatasetId, "Purchase", "ev-stranger")))), "C2", "ev-stranger", "never sent");
        Told(Checkers.ArrivedOnce(With(Arrived(new(A.DatasetId, "Lead", Click.EventId)))), "C2", Click.Explain, "arrived as Lead");
        Told(Checkers.ArrivedOnce(With(Arrived(SaleKey with { DatasetId = B.DatasetId }))), "C2", Sale.Explain, $"at {B.DatasetId}");
    }

    [Fact]
    public void C3_tells_repetitions_that_no_crash_explains()
    {
        var twice = With(Arrived(SaleKey, "call-2"));

        Told(Checkers.FewRepetitions(twice, crashes: 0), "C3", Sale.EventId, "arrived 2 times");
        Checkers.FewRepetitions(twice, crashes: 1).ShouldBeEmpty();
        Told(Checkers.FewRepetitions(With(Arrived(SaleKey, "call-2"), Arrived(SaleKey, "call-3")), crashes: 1), "C3", Sale.EventId, "arrived 3 times");
    }

    [Fact]
    public void C3_tells_more_repeating_calls_than_were_under_way()
    {
        var keys = Enumerable.Range(0, 17).Select(static n => SaleKey with { EventId = $"ev-{n}" }).ToList();
        var seen = Sound() with { Arrivals = [.. keys.Select(static key => Arrived(key)), .. keys.Select(static (key, n) => Arrived(key, $"again-{n}"))] };

        Checkers.FewRepetitions(seen, crashes: 1).ShouldHaveSingleItem().What.ShouldContain("17 calls");
        Checkers.FewRepetitions(seen, crashes: 2).ShouldBeEmpty();
    }

    [Fact]
    public void C4_tells_a_call_that_the_audit_does_not_know()
    {
        Told(Checkers.Audited(Sound() with { Attempts = new Dictionary<MetaKey, int>() }), "C4", Sale.EventId, "0 attempt");
        Told(Checkers.Audited(With(Arrived(SaleKey, "call-2"))), "C4", Sale.EventId, "arrived 2 times");
    }

    [Fact]
    public void C5_tells_another_brands_dataset_or_token_and_another_persons_data()
    {
        Told(Checkers.Apart(Sound() with { Arrivals = [Arrived(SaleKey with { DatasetId = B.DatasetId })] }), "C5", Sale.EventId, "dataset");
        Told(Checkers.Apart(Sound() with { Arrivals = [Arrived(SaleKey) with { Token = B.Token }] }), "C5", Sale.EventId, "token");

        var other = KeyValuePair.Create("client_ip_address", new Visitor(2, "run").Ip);
        Told(Checkers.Apart(Sound() with { Arrivals = [Arrived(SaleKey) with { UserData = [other] }] }), "C5", Sale.EventId, "client_ip_address");
    }

    [Theory]
    [InlineData("none", null, "")]
    [InlineData("probabilistic", "the click", "")]
    [InlineData("deterministic", "another", "")]
    [InlineData("deterministic", "the click", "windows_incomplete")]
    public void A_sale_that_found_another_click_or_a_part_of_the_windows_is_told(string stage, string? click, string flags)
    {
        var match = new StoredMatch(stage, click == "the click" ? Click.EventId : click, flags);

        Told(Checkers.Matched(Sound() with { Matches = new Dictionary<string, StoredMatch> { [Sale.EventId] = match } }), "match", Sale.Explain, stage);
        Told(Checkers.Matched(Sound() with { Matches = new Dictionary<string, StoredMatch>() }), "match", Sale.Explain, "no conversion");
    }

    private static void Told(IEnumerable<Finding> findings, string checker, string id, string what)
    {
        var finding = findings.ShouldHaveSingleItem();
        (finding.Checker, finding.Id).ShouldBe((checker, id));
        finding.What.ShouldContain(what);
    }

    /// <summary>A click and its sale, delivered once.</summary>
    private static Evidence Sound() => new()
    {
        Brands = [A, B],
        Sent = [Click, Sale],
        EverSent = new HashSet<string> { Click.EventId, Sale.EventId },
        Stored = [StoredClick, StoredSale],
        Ends = Ends((StoredClick, new("none", "recorded", "click")), (StoredSale, new(A.PixelId, "delivered", ""))),
        InFlight = new HashSet<Guid>(),
        Matches = new Dictionary<string, StoredMatch> { [Sale.EventId] = new("deterministic", Click.EventId, "") },
        Arrivals = [Arrived(SaleKey)],
        Attempts = new Dictionary<MetaKey, int> { [SaleKey] = 1 },
    };

    private static Evidence With(params IEnumerable<Arrival> further) => Sound() with { Arrivals = [Arrived(SaleKey), .. further] };

    private static Arrival Arrived(MetaKey key, string call = "call-1") =>
        new(key, call, A.Token, [.. Sale.Visitor.MetaData.Select(static value => KeyValuePair.Create("em", value)), KeyValuePair.Create("fbc", $"fb.1.17.{Sale.Visitor.Fbclid}")]);

    private static ILookup<Guid, StoredEnd> Ends(params IEnumerable<(StoredEvent Event, StoredEnd End)> ends) =>
        ends.ToLookup(static pair => pair.Event.IngestId, static pair => pair.End);

    private static SentEvent Acked(SentEvent sent, string topic, long offset) => sent with { Receipt = new(topic, 0, offset) };

    private static StoredEvent Stored(SentEvent sent, string topic, long offset) =>
        new(Guid.NewGuid(), sent.Brand.Id, sent.EventId, sent.Kind, new(topic, 0, offset));

    private static LabBrand Brand(string name) =>
        new(name, $"brand-{name}", $"pixel-{name}", $"dataset-{name}", $"token-{name}", "key", new("http://127.0.0.1:9/webhooks/perfectpay/x"), "secret");
}
