using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Scenarios;

/// <summary>Sales whose click can be found, by each of the three stages.</summary>
internal static class MatchedSales
{
    /// <summary>The click id came back in the gateway's carrier.</summary>
    public static void ByClickId(PlanWriter plan, IGatewaySender gateway)
    {
        var (visitor, price) = Visits(plan, gateway);
        if (plan.Chance(0.5))
            plan.Checkout(visitor, gateway.ProductId, price, email: true);
        new SaleThread(plan, gateway, visitor, price) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic }.Tell(SaleKind.Approved);
    }

    /// <summary>The visitor gave the e-mail, the gateway gives it again; no click id came back.</summary>
    public static void ByEmail(PlanWriter plan, IGatewaySender gateway)
    {
        var (visitor, price) = Visits(plan, gateway);
        if (plan.Chance(0.5))
            plan.Identify(visitor);
        else
            plan.Checkout(visitor, gateway.ProductId, price, email: true);
        new SaleThread(plan, gateway, visitor, price) { Stage = MatchStage.Deterministic }.Tell(SaleKind.Approved);
    }

    /// <summary>The same by phone; the e-mail at the checkout is another one.</summary>
    public static void ByPhone(PlanWriter plan, IGatewaySender gateway)
    {
        var (visitor, price) = Visits(plan, gateway);
        if (plan.Chance(0.5))
            plan.Identify(visitor, email: false, phone: true);
        else
            plan.Checkout(visitor, gateway.ProductId, price, phone: true);
        new SaleThread(plan, gateway, visitor, price) { Facts = BuyerFacts.Phone, Stage = MatchStage.Deterministic }.Tell(SaleKind.Approved);
    }

    /// <summary>Only Meta's click cookie came back: Perfect Pay keeps it in its metadata.</summary>
    public static void ByFbc(PlanWriter plan)
    {
        var gateway = GatewaySenders.Of("perfectpay");
        var (visitor, price) = Visits(plan, gateway);
        new SaleThread(plan, gateway, visitor, price) { Facts = BuyerFacts.Fbc, Stage = MatchStage.SemiDeterministic }.Tell(SaleKind.Approved);
    }

    /// <summary>Only address and user agent: Perfect Pay tells both.</summary>
    public static void ByIpAndUserAgent(PlanWriter plan)
    {
        var gateway = GatewaySenders.Of("perfectpay");
        var (visitor, price) = Visits(plan, gateway);
        new SaleThread(plan, gateway, visitor, price) { Facts = BuyerFacts.Ip | BuyerFacts.UserAgent, Stage = MatchStage.Probabilistic }
            .Tell(SaleKind.Approved);
    }

    /// <summary>The sale is faster than its click, which comes within the five seconds of the first waiting pass.</summary>
    public static void ByLateClick(PlanWriter plan, IGatewaySender gateway)
    {
        var visitor = plan.NewVisitor();
        new SaleThread(plan, gateway, visitor, plan.Price()) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic }.Tell(SaleKind.Approved);
        plan.Click(visitor, gateway.ProductId, after: TimeSpan.FromMilliseconds(plan.Random.Next(500, 2_000)));
    }

    /// <summary>A visitor who clicks, looks and is about to buy.</summary>
    public static (Visitor Visitor, long Price) Visits(PlanWriter plan, IGatewaySender gateway)
    {
        var visitor = plan.NewVisitor();
        plan.Click(visitor, gateway.ProductId);
        if (plan.Chance(0.6))
            plan.PageView(visitor, "oferta");
        return (visitor, plan.Price());
    }
}
