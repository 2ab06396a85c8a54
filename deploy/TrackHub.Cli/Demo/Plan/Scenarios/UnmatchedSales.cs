using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Scenarios;

/// <summary>Sales without a click that may be named: they wait for it 65 seconds and go to Meta with what they have.</summary>
internal static class UnmatchedSales
{
    /// <summary>Nobody ever clicked.</summary>
    public static void NoClick(PlanWriter plan, IGatewaySender gateway) =>
        new SaleThread(plan, gateway, plan.NewVisitor(), plan.Price()) { Facts = BuyerFacts.Phone | BuyerFacts.Ip | BuyerFacts.UserAgent }
            .Tell(SaleKind.Approved);

    /// <summary>Kiwify tells the address but no user agent, and the click was the day before yesterday: an address alone attributes nothing then.</summary>
    public static void AddressAlone(PlanWriter plan)
    {
        var gateway = GatewaySenders.Of("kiwify");
        var visitor = plan.NewVisitor();
        visitor = visitor with { SeenAt = visitor.SeenAt.AddDays(-2) };
        plan.Click(visitor, gateway.ProductId);
        new SaleThread(plan, gateway, visitor, plan.Price()) { Facts = BuyerFacts.Ip }.Tell(SaleKind.Approved);
    }

    /// <summary>Two visitors behind one address with one user agent: nobody is chosen.</summary>
    public static void TwoBehindOneAddress(PlanWriter plan)
    {
        var gateway = GatewaySenders.Of("perfectpay");
        var one = plan.NewVisitor();
        var other = plan.NewVisitor() with { Ip = one.Ip, UserAgent = one.UserAgent, SeenAt = one.SeenAt.AddSeconds(-20) };
        plan.Click(one, gateway.ProductId);
        plan.Click(other, gateway.ProductId);
        new SaleThread(plan, gateway, one, plan.Price()) { Facts = BuyerFacts.Ip | BuyerFacts.UserAgent }.Tell(SaleKind.Approved);
    }
}
