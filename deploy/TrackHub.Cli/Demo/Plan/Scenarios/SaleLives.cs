using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Scenarios;

/// <summary>Sales of more than one state, in order and out of order: one Purchase each, whatever comes.</summary>
internal static class SaleLives
{
    /// <summary>PIX: waiting, then paid.</summary>
    public static void PixThenPaid(PlanWriter plan, IGatewaySender gateway)
    {
        var (visitor, price) = MatchedSales.Visits(plan, gateway);
        var sale = new SaleThread(plan, gateway, visitor, price) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic, Pix = true };
        sale.Tell(SaleKind.Pending);
        sale.Tell(SaleKind.Approved);
    }

    /// <summary>PIX without a click: both states wait, and end in their order.</summary>
    public static void PixWithoutClick(PlanWriter plan, IGatewaySender gateway)
    {
        var sale = new SaleThread(plan, gateway, plan.NewVisitor(), plan.Price()) { Pix = true };
        sale.Tell(SaleKind.Pending);
        sale.Tell(SaleKind.Approved);
    }

    /// <summary>PIX that is never paid.</summary>
    public static void PixExpires(PlanWriter plan, IGatewaySender gateway)
    {
        var (visitor, price) = MatchedSales.Visits(plan, gateway);
        var sale = new SaleThread(plan, gateway, visitor, price) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic, Pix = true };
        sale.Tell(SaleKind.Pending);
        if (gateway.Tells(SaleKind.Expired))
            sale.Tell(SaleKind.Expired);
    }

    /// <summary>The same webhook two to four times.</summary>
    public static void Repeated(PlanWriter plan, IGatewaySender gateway)
    {
        var (visitor, price) = MatchedSales.Visits(plan, gateway);
        var sale = new SaleThread(plan, gateway, visitor, price) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic };
        sale.Tell(SaleKind.Approved);
        for (var i = plan.Random.Next(1, 4); i > 0; i--)
            sale.Repeat();
    }

    /// <summary>The same webhook twice while the sale still waits for a click that never comes.</summary>
    public static void RepeatedWhileWaiting(PlanWriter plan, IGatewaySender gateway)
    {
        var sale = new SaleThread(plan, gateway, plan.NewVisitor(), plan.Price());
        sale.Tell(SaleKind.Approved);
        sale.Repeat();
    }

    /// <summary>Approved, then money back.</summary>
    public static void Refunded(PlanWriter plan, IGatewaySender gateway)
    {
        var sale = Clicked(plan, gateway);
        sale.Tell(SaleKind.Approved);
        if (gateway.Tells(SaleKind.RefundRequested) && plan.Chance(0.5))
            sale.Tell(SaleKind.RefundRequested);
        sale.Tell(SaleKind.Refunded);
        if (plan.Chance(0.3))
            sale.Repeat();
    }

    /// <summary>The refund overtakes the approval: the Purchase goes out all the same.</summary>
    public static void RefundedBeforeApproved(PlanWriter plan, IGatewaySender gateway)
    {
        var sale = Clicked(plan, gateway);
        sale.Tell(SaleKind.Refunded);
        sale.Tell(SaleKind.Approved);
    }

    /// <summary>Approved, then disputed and charged back.</summary>
    public static void ChargedBack(PlanWriter plan, IGatewaySender gateway)
    {
        var sale = Clicked(plan, gateway);
        sale.Tell(SaleKind.Approved);
        if (gateway.Tells(SaleKind.Dispute))
            sale.Tell(SaleKind.Dispute);
        sale.Tell(SaleKind.Chargeback);
    }

    /// <summary>The first card is refused, the second one works.</summary>
    public static void RefusedThenApproved(PlanWriter plan, IGatewaySender gateway)
    {
        var sale = Clicked(plan, gateway);
        sale.Tell(SaleKind.Refused);
        sale.Tell(SaleKind.Approved);
    }

    /// <summary>Paid twice over: approved, and completed when the guarantee ends.</summary>
    public static void Completed(PlanWriter plan, IGatewaySender gateway)
    {
        var sale = Clicked(plan, gateway);
        sale.Tell(SaleKind.Approved);
        sale.Tell(SaleKind.Completed);
    }

    /// <summary>A subscription: the first charge is a Purchase, the next one, a sale of its own, is not; then it is late.</summary>
    public static void Renewed(PlanWriter plan, IGatewaySender gateway)
    {
        var (visitor, price) = MatchedSales.Visits(plan, gateway);
        new SaleThread(plan, gateway, visitor, price) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic }.Tell(SaleKind.Approved);
        var renewal = new SaleThread(plan, gateway, visitor, price) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic };
        renewal.Tell(SaleKind.Renewed);
        if (gateway.Tells(SaleKind.SubscriptionLate))
            renewal.Tell(SaleKind.SubscriptionLate);
    }

    /// <summary>Approved and renewed told of one sale: both say paid, the second one changes nothing.</summary>
    public static void ApprovedAndRenewed(PlanWriter plan, IGatewaySender gateway)
    {
        var sale = Clicked(plan, gateway);
        sale.Tell(SaleKind.Approved);
        sale.Tell(SaleKind.Renewed);
    }

    /// <summary>A cart is left, and bought after all.</summary>
    public static void CartThenApproved(PlanWriter plan)
    {
        var sale = Clicked(plan, GatewaySenders.Of("perfectpay"));
        sale.Tell(SaleKind.CartAbandoned);
        sale.Tell(SaleKind.Approved);
        if (plan.Chance(0.5))
            sale.Tell(SaleKind.Ignored);
    }

    /// <summary>The test button.</summary>
    public static void TestButton(PlanWriter plan, IGatewaySender gateway) =>
        new SaleThread(plan, gateway, plan.NewVisitor(), plan.Price()) { Test = true }.Tell(SaleKind.Approved);

    /// <summary>A coupon over everything: worth nothing, so no Purchase.</summary>
    public static void WorthNothing(PlanWriter plan, IGatewaySender gateway)
    {
        var (visitor, _) = MatchedSales.Visits(plan, gateway);
        new SaleThread(plan, gateway, visitor, amountMinor: 0) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic }.Tell(SaleKind.Approved);
    }

    private static SaleThread Clicked(PlanWriter plan, IGatewaySender gateway)
    {
        var (visitor, price) = MatchedSales.Visits(plan, gateway);
        return new(plan, gateway, visitor, price) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic };
    }
}
