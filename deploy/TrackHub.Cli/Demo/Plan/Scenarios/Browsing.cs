namespace TrackHub.Cli.Demo.Plan.Scenarios;

/// <summary>Visitors who look and do not buy.</summary>
internal static class Browsing
{
    private static readonly string[] Pages = ["oferta", "depoimentos", "perguntas", "sobre", "aula-gratis"];

    /// <summary>A click on an ad and some pages.</summary>
    public static void Looks(PlanWriter plan)
    {
        var visitor = plan.NewVisitor();
        plan.Click(visitor, "PPPBEX01");
        var pages = plan.Random.Next(1, 6);
        for (var i = 0; i < pages; i++)
            plan.PageView(visitor, plan.Pick(Pages), asBrowser: plan.Chance(0.5));
        if (plan.Chance(0.2))
            plan.Identify(visitor, phone: plan.Chance(0.3));
    }

    /// <summary>A checkout that is begun and left.</summary>
    public static void BeginsCheckout(PlanWriter plan)
    {
        var visitor = plan.NewVisitor();
        plan.Click(visitor, "PPPBEX01");
        plan.PageView(visitor, "oferta");
        plan.Checkout(visitor, "PPPBEX01", plan.Price(), email: plan.Chance(0.5), phone: plan.Chance(0.3));
    }

    /// <summary>A page that sends its events together.</summary>
    public static void SendsBatches(PlanWriter plan) => plan.Batch(plan.NewVisitor(), plan.Random.Next(2, 9));

    /// <summary>One page view; fills a plan up to its number.</summary>
    public static void OnePage(PlanWriter plan) => plan.PageView(plan.NewVisitor(), plan.Pick(Pages), asBrowser: plan.Chance(0.5));
}
