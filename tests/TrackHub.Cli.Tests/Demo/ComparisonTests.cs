using TrackHub.Cli.Demo.Check;
using TrackHub.Cli.Demo.Plan;
using TrackHub.Cli.Demo.Play;

namespace TrackHub.Cli.Tests.Demo;

public sealed class ComparisonTests
{
    private readonly Observation _right = DemoWorld.AsPlanned(DemoWorld.Plan());

    [Fact]
    public void A_run_as_planned_has_no_disagreement()
    {
        var comparison = Comparison.Of(_right);

        comparison.Disagreements.ShouldBeEmpty();
        comparison.ExpectedArrivals.Count.ShouldBe(_right.Arrivals.Count);
    }

    [Fact]
    public void A_purchase_that_did_not_arrive_is_told() =>
        Single(_right with { Arrivals = [.. _right.Arrivals.Skip(1)] }).ShouldBe(("not_arrived", _right.Arrivals[0].EventId));

    [Fact]
    public void A_purchase_that_arrived_twice_is_told() =>
        Single(_right with { Arrivals = [.. _right.Arrivals, _right.Arrivals[0]] }).ShouldBe(("arrived_twice", _right.Arrivals[0].EventId));

    [Fact]
    public void A_purchase_of_another_value_or_currency_is_told()
    {
        var first = _right.Arrivals[0];

        Single(_right with { Arrivals = [first with { Value = first.Value * 100 }, .. _right.Arrivals.Skip(1)] }).ShouldBe(("arrived_changed", first.EventId));
        Single(_right with { Arrivals = [first with { Currency = "USD" }, .. _right.Arrivals.Skip(1)] }).ShouldBe(("arrived_changed", first.EventId));
    }

    [Fact]
    public void An_event_the_books_cannot_account_for_is_told() =>
        Single(_right with { Unaccounted = [new(Guid.NewGuid(), "brand", "event-1", "px_one", ["capi-dispatch/3/17"])] }).ShouldBe(("unaccounted", "event-1"));

    [Fact]
    public void A_purchase_that_was_to_be_blocked_is_told()
    {
        var blocked = _right.Sent.SelectMany(static s => s.Item.Events).First(static e => e.State == "blocked_consent");

        Single(_right with { Arrivals = [.. _right.Arrivals, new("Purchase", blocked.EventId!, 1, "BRL", DemoWorld.At)] }).ShouldBe(("arrived_against_plan", blocked.EventId!));
    }

    [Fact]
    public void An_arrival_that_nobody_sent_is_told_but_not_one_of_other_traffic_or_before_the_run()
    {
        var stranger = new Arrival("Purchase", "stranger", 1, "BRL", DemoWorld.At.AddSeconds(1));

        Single(_right with { Arrivals = [.. _right.Arrivals, stranger] }).ShouldBe(("arrived_from_nowhere", "stranger"));
        Comparison.Of(_right with { Arrivals = [.. _right.Arrivals, stranger], OfOthers = new HashSet<string> { "stranger" } }).Disagreements.ShouldBeEmpty();
        Comparison.Of(_right with { Arrivals = [.. _right.Arrivals, stranger with { At = DemoWorld.At.AddSeconds(-1) }] }).Disagreements.ShouldBeEmpty();
    }

    [Fact]
    public void An_event_without_an_end_is_told_with_its_receipt()
    {
        var (item, receipt, ingestId) = Delivered();

        Single(_right with { Ends = Without(_right.Ends, ingestId) }).ShouldBe(("no_end", receipt.Coordinates.ToString()));
        item.Number.ShouldBe(Comparison.Of(_right with { Ends = Without(_right.Ends, ingestId) }).Disagreements[0].Request!.Value);
    }

    [Fact]
    public void Another_end_than_planned_is_told()
    {
        var (_, receipt, ingestId) = Delivered();
        var dead = new SeenEnd(DemoWorld.Target.PixelId, "dead", "http_400");

        Single(_right with { Ends = With(_right.Ends, ingestId, dead), Books = With(_right.Books, ingestId, dead) }).ShouldBe(("wrong_end", receipt.EventId));
    }

    [Fact]
    public void Books_that_say_something_else_than_the_log_are_told()
    {
        var (_, receipt, ingestId) = Delivered();

        Single(_right with { Books = Without(_right.Books, ingestId) }).ShouldBe(("books_differ", receipt.Coordinates.ToString()));
        Single(_right with { Books = With(_right.Books, ingestId, new("none", "recorded", "approved")) }).ShouldBe(("books_differ", receipt.Coordinates.ToString()));
    }

    [Fact]
    public void A_webhook_that_could_not_be_mapped_and_is_not_kept_is_told()
    {
        var faults = Faults(_right with { DeadLetters = new HashSet<string>() });

        faults.Count.ShouldBe(_right.DeadLetters.Count);
        faults.ShouldAllBe(static fault => fault.Fault == "no_dead_letter");
    }

    [Fact]
    public void A_page_view_that_the_books_do_not_know_is_told()
    {
        var page = _right.Logged.First(static e => e.Kind == "page_view");

        Single(_right with { Books = Without(_right.Books, page.IngestId) }).ShouldBe(("no_end", page.Coordinates.ToString()));
    }

    [Fact]
    public void A_sale_matched_by_another_stage_is_told()
    {
        var (_, receipt, ingestId) = Delivered();
        var conversions = _right.Conversions.ToDictionary();
        conversions[ingestId] = new("probabilistic", Purchase: true);

        Single(_right with { Conversions = conversions }).ShouldBe(("wrong_stage", receipt.EventId));
        conversions.Remove(ingestId);
        Single(_right with { Conversions = conversions }).ShouldBe(("wrong_stage", receipt.EventId));
    }

    [Fact]
    public void Another_answer_than_planned_is_told()
    {
        var refused = _right.Sent.First(static s => s.Item.Answer.Code == "signature_invalid");

        Faults(_right with { Sent = [.. _right.Sent.Select(s => s == refused ? s with { Status = 200, Code = null } : s)] })
            .ShouldHaveSingleItem().Fault.ShouldBe("answer");
    }

    [Fact]
    public void A_receipt_without_a_record_is_told()
    {
        var page = _right.Logged.First(static e => e.Kind == "page_view");

        Single(_right with { Logged = [.. _right.Logged.Where(e => e != page)] }).ShouldBe(("no_record", page.Coordinates.ToString()));
    }

    [Fact]
    public void The_repetitions_of_a_webhook_may_change_places()
    {
        var group = Attribution.Of(_right.Sent, _right.Logged).Groups.First(static g => g.Planned.Count == 2 && g.First.State == "delivered");
        var (one, two) = (group.Found[0].IngestId, group.Found[1].IngestId);
        var ends = Swap(_right.Ends, one, two);

        Comparison.Of(_right with { Ends = ends, Books = Swap(_right.Books, one, two) }).Disagreements.ShouldBeEmpty();
    }

    [Fact]
    public void Two_deliveries_of_one_sale_are_told_even_if_each_looks_right()
    {
        var group = Attribution.Of(_right.Sent, _right.Logged).Groups.First(static g => g.Planned.Count == 2 && g.First.State == "delivered");
        var delivered = new SeenEnd(DemoWorld.Target.PixelId, "delivered", "");
        var copy = group.Found[1].IngestId;

        Single(_right with { Ends = With(_right.Ends, copy, delivered), Books = With(_right.Books, copy, delivered) }).ShouldBe(("wrong_end", group.First.EventId!));
    }

    [Fact]
    public void A_copy_of_an_attempt_whose_answer_was_lost_is_a_duplicate_and_any_other_copy_is_told()
    {
        var (item, receipt, _) = Delivered();
        var duplicate = new SeenEnd("none", "duplicate", "approved");
        var copied = _right with
        {
            Logged = [.. _right.Logged, new(new("any", 0, 1_000_000), "copy", receipt.EventId, "approved")],
            Ends = With(_right.Ends, "copy", duplicate),
            Books = With(_right.Books, "copy", duplicate),
        };

        Comparison.Of(copied with { Sent = [.. copied.Sent.Select(s => s.Item == item ? s with { Unsure = 1, Attempts = 2 } : s)] }).Disagreements.ShouldBeEmpty();
        Faults(copied).ShouldHaveSingleItem().Fault.ShouldBe("unsent_record");
    }

    [Fact]
    public void What_the_spool_took_and_the_log_too_is_one_event()
    {
        var (item, receipt, ingestId) = Delivered();
        var twice = _right with
        {
            Logged = [.. _right.Logged, new(new("any", 0, 1_000_000), ingestId, receipt.EventId, "approved")],
            Sent = [.. _right.Sent.Select(s => s.Item == item ? s with { Unsure = 1, Receipts = [receipt with { Coordinates = null }] } : s)],
        };

        Faults(twice).ShouldBeEmpty();
    }

    [Fact]
    public void A_repeated_sale_of_which_the_spool_took_both_is_found_whole_whatever_lies_twice_in_the_log()
    {
        var group = Attribution.Of(_right.Sent, _right.Logged).Groups.First(static g => g.Planned.Count == 2 && g.First.State == "delivered");
        var first = _right.Logged.First(e => e.IngestId == group.Found[0].IngestId);
        var twice = _right with
        {
            Logged = [first with { Coordinates = new("any", 0, 1_000_000) }, .. _right.Logged],
            Sent = [.. _right.Sent.Select(s => group.Planned.Any(planned => planned.Sent == s)
                ? s with { Unsure = 1, Receipts = [.. s.Receipts.Select(static receipt => receipt with { Coordinates = null })] }
                : s)],
        };

        Faults(twice).ShouldBeEmpty();
    }

    private (PlannedItem Item, SentReceipt Receipt, string IngestId) Delivered()
    {
        var group = Attribution.Of(_right.Sent, _right.Logged).Groups
            .First(static g => g.Planned.Count == 1 && g.First is { State: "delivered", Kind: "approved" });
        return (group.Item, group.Planned[0].Sent.Receipts[0], group.Found[0].IngestId);
    }

    private static (string Fault, string Id) Single(Observation seen)
    {
        var fault = Faults(seen).ShouldHaveSingleItem();
        return (fault.Fault, fault.Id);
    }

    private static List<Disagreement> Faults(Observation seen) => Comparison.Of(seen).Disagreements;

    private static Dictionary<string, IReadOnlyList<SeenEnd>> With(IReadOnlyDictionary<string, IReadOnlyList<SeenEnd>> ends, string ingestId, SeenEnd end) =>
        new(ends) { [ingestId] = [end] };

    private static Dictionary<string, IReadOnlyList<SeenEnd>> Without(IReadOnlyDictionary<string, IReadOnlyList<SeenEnd>> ends, string ingestId)
    {
        var rest = new Dictionary<string, IReadOnlyList<SeenEnd>>(ends);
        rest.Remove(ingestId);
        return rest;
    }

    private static Dictionary<string, IReadOnlyList<SeenEnd>> Swap(IReadOnlyDictionary<string, IReadOnlyList<SeenEnd>> ends, string one, string two) =>
        new(ends) { [one] = ends[two], [two] = ends[one] };
}
