using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Scenarios;

/// <summary>Visitors who speak about ads: what they said last counts, and reaches the sale through their click.</summary>
internal static class Consents
{
    /// <summary>Refused before anything else: neither checkout nor sale goes to Meta.</summary>
    public static void Refused(PlanWriter plan, IGatewaySender gateway)
    {
        var visitor = plan.NewVisitor();
        var price = plan.Price();
        plan.Consent(visitor, ads: false, visitor.SeenAt);
        plan.Click(visitor, gateway.ProductId);
        if (plan.Chance(0.5))
            plan.Checkout(visitor, gateway.ProductId, price, blocked: TrackSteps.Refused);
        Sale(plan, gateway, visitor, price, TrackSteps.Refused);
    }

    /// <summary>Refused in the click itself.</summary>
    public static void RefusedWithTheClick(PlanWriter plan, IGatewaySender gateway)
    {
        var visitor = plan.NewVisitor();
        plan.Click(visitor, gateway.ProductId, ads: false);
        Sale(plan, gateway, visitor, plan.Price(), TrackSteps.Refused);
    }

    /// <summary>Granted, and withdrawn before the sale.</summary>
    public static void Withdrawn(PlanWriter plan, IGatewaySender gateway)
    {
        var visitor = plan.NewVisitor();
        plan.Consent(visitor, ads: true, visitor.SeenAt);
        plan.Click(visitor, gateway.ProductId);
        plan.Consent(visitor, ads: false, visitor.SeenAt.AddSeconds(120));
        Sale(plan, gateway, visitor, plan.Price(), TrackSteps.Refused);
    }

    /// <summary>Refused, and granted after all.</summary>
    public static void GrantedAfterAll(PlanWriter plan, IGatewaySender gateway)
    {
        var visitor = plan.NewVisitor();
        plan.Consent(visitor, ads: false, visitor.SeenAt);
        plan.Click(visitor, gateway.ProductId);
        plan.Consent(visitor, ads: true, visitor.SeenAt.AddSeconds(120));
        Sale(plan, gateway, visitor, plan.Price(), blocked: null);
    }

    /// <summary>An older consent comes after the refusal: the refusal is newer by its own time.</summary>
    public static void StaleGrant(PlanWriter plan, IGatewaySender gateway)
    {
        var visitor = plan.NewVisitor();
        plan.Click(visitor, gateway.ProductId);
        plan.Consent(visitor, ads: false, visitor.SeenAt.AddSeconds(120));
        plan.Consent(visitor, ads: true, visitor.SeenAt.AddSeconds(60));
        Sale(plan, gateway, visitor, plan.Price(), TrackSteps.Refused);
    }

    /// <summary>Refused in a form, by e-mail: blocks a sale that no click was found for.</summary>
    public static void RefusedByEmail(PlanWriter plan, IGatewaySender gateway)
    {
        var visitor = plan.NewVisitor();
        plan.Consent(visitor, ads: false, visitor.SeenAt, byEmail: true);
        new SaleThread(plan, gateway, visitor, plan.Price()) { Blocked = TrackSteps.Refused }.Tell(SaleKind.Approved);
    }

    private static void Sale(PlanWriter plan, IGatewaySender gateway, Visitor visitor, long price, string? blocked) =>
        new SaleThread(plan, gateway, visitor, price) { ClickId = visitor.ClickId, Stage = MatchStage.Deterministic, Blocked = blocked }
            .Tell(SaleKind.Approved);
}
