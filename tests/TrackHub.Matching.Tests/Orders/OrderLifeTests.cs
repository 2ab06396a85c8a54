using FsCheck;
using FsCheck.Fluent;
using TrackHub.Matching.Orders;
using TrackHub.Schemas;

namespace TrackHub.Matching.Tests.Orders;

public sealed class OrderLifeTests
{
    private static readonly SaleKind[] Every = [.. Enum.GetValues<SaleKind>().Where(SaleStates.IsState)];

    /// <summary>What the gateways really send for one sale (reference/gateways.md §1.4, §3 to §5).</summary>
    private static readonly SaleKind[][] Sequences =
    [
        [SaleKind.Pending, SaleKind.Approved, SaleKind.Completed],
        [SaleKind.Pending, SaleKind.Approved, SaleKind.Refunded],
        [SaleKind.Refused, SaleKind.Approved, SaleKind.RefundRequested, SaleKind.Refunded],
        [SaleKind.CartAbandoned, SaleKind.Pending, SaleKind.Expired],
        [SaleKind.Approved, SaleKind.Dispute, SaleKind.Chargeback],
        [SaleKind.Approved, SaleKind.SubscriptionLate, SaleKind.SubscriptionCanceled],
        [SaleKind.Pending, SaleKind.Canceled, SaleKind.Approved],
        [SaleKind.Approved, SaleKind.PartiallyRefunded, SaleKind.Refunded, SaleKind.Chargeback],
    ];

    [Fact]
    public void Any_order_and_any_repeats_of_a_sequence_end_in_the_same_state_with_exactly_one_purchase()
    {
        var scenario =
            from sequence in Gen.Elements(Sequences)
            from repeats in Gen.ListOf(Gen.Elements(sequence))
            from order in Gen.Shuffle(sequence.Concat(repeats).ToArray())
            select (Sequence: sequence, Arrived: order);

        Prop.ForAll(scenario.ToArbitrary(), s =>
        {
            var straight = Play(s.Sequence);
            var arrived = Play(s.Arrived);
            return arrived.Order.State == straight.Order.State
                && arrived.Order.Revision == straight.Order.Revision
                && arrived.Purchases == (s.Sequence.Contains(SaleKind.Approved) ? 1 : 0);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_record_read_again_recognises_itself_wherever_it_stands()
    {
        var kinds = Gen.Elements(Every).NonEmptyListOf();

        Prop.ForAll(kinds.ToArbitrary(), list =>
        {
            var order = NewOrder();
            var first = list.Select((kind, i) => OrderLife.Apply(order, $"event-{i}", kind, purchasable: true)).ToList();
            var revision = order.Revision;
            var again = list.Select((kind, i) => OrderLife.Apply(order, $"event-{i}", kind, purchasable: true)).ToList();
            return order.Revision == revision
                && first.Zip(again).All(static pair => pair.First.Verdict == OrderVerdict.Duplicate
                    ? pair.Second.Verdict == OrderVerdict.Duplicate
                    : pair.Second.Verdict == OrderVerdict.Again && pair.Second.Revision == pair.First.Revision && pair.Second.Purchase == pair.First.Purchase);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_first_approval_emits_the_purchase_even_after_a_refund()
    {
        var order = NewOrder();
        OrderLife.Apply(order, "refund", SaleKind.Refunded, purchasable: true);

        var step = OrderLife.Apply(order, "paid", SaleKind.Approved, purchasable: true);

        step.ShouldBe(new(OrderVerdict.Revision, 2, SaleKind.Refunded, Purchase: true));
    }

    [Theory]
    [InlineData(SaleKind.Approved, SaleKind.Renewed, 1)]
    [InlineData(SaleKind.Renewed, SaleKind.Approved, 2)]
    public void Paid_and_renewed_for_one_sale_id_are_one_payment_whichever_comes_first(SaleKind first, SaleKind second, int revisions)
    {
        var played = Play([first, second, first, second]);

        (played.Order.State, played.Order.Revision, played.Purchases).ShouldBe((SaleKind.Approved, revisions, 1));
    }

    [Fact]
    public void A_renewal_under_its_own_sale_id_is_revenue_without_a_purchase()
    {
        var played = Play([SaleKind.Renewed]);

        played.Order.Revision.ShouldBe(1);
        played.Purchases.ShouldBe(0);
    }

    [Fact]
    public void A_sale_worth_nothing_or_a_test_is_no_purchase()
    {
        var step = OrderLife.Apply(NewOrder(), "paid", SaleKind.Approved, purchasable: false);

        step.Verdict.ShouldBe(OrderVerdict.Revision);
        step.Purchase.ShouldBeFalse();
    }

    [Fact]
    public void A_lower_rank_that_is_new_makes_a_revision_and_leaves_the_state()
    {
        var order = NewOrder();
        OrderLife.Apply(order, "paid", SaleKind.Approved, purchasable: true);

        OrderLife.Apply(order, "pix", SaleKind.Pending, purchasable: true).ShouldBe(new(OrderVerdict.Revision, 2, SaleKind.Approved, Purchase: false));
    }

    [Theory]
    [InlineData(SaleKind.CartAbandoned, 0)]
    [InlineData(SaleKind.Pending, 1)]
    [InlineData(SaleKind.Refused, 2)]
    [InlineData(SaleKind.Expired, 2)]
    [InlineData(SaleKind.Canceled, 2)]
    [InlineData(SaleKind.Approved, 3)]
    [InlineData(SaleKind.Renewed, 3)]
    [InlineData(SaleKind.Completed, 3)]
    [InlineData(SaleKind.RefundRequested, 4)]
    [InlineData(SaleKind.Dispute, 4)]
    [InlineData(SaleKind.Refunded, 5)]
    [InlineData(SaleKind.PartiallyRefunded, 5)]
    [InlineData(SaleKind.Chargeback, 6)]
    public void Ranks_are_those_of_the_gateway_reference(SaleKind kind, int rank) => SaleStates.Rank(kind).ShouldBe(rank);

    [Fact]
    public void Of_two_kinds_one_is_higher_whichever_is_asked_first()
    {
        foreach (var left in Every)
        {
            foreach (var right in Every)
                SaleStates.Higher(left, right).ShouldBe(SaleStates.Higher(right, left));
        }
    }

    private static (Order Order, int Purchases) Play(IEnumerable<SaleKind> kinds)
    {
        var order = NewOrder();
        var purchases = kinds.Select((kind, i) => OrderLife.Apply(order, $"event-{i}", kind, purchasable: true)).Count(static step => step.Purchase);
        return (order, purchases);
    }

    private static Order NewOrder() => new(new("brandbrand01", "kiwify", "sale-1"));
}
