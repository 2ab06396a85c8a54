using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Cli.Demo.Plan.Scenarios;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan;

/// <summary>Makes plans: every scenario at least once, then a mix in realistic shares, up to the number of requests asked for.</summary>
internal static class DemoPlan
{
    /// <summary>Requests of the smallest plan: what all scenarios together need.</summary>
    public const int LeastRequests = 400;

    private static readonly IReadOnlyList<Scenario> Mix =
    [
        new("looks around", 32, Browsing.Looks),
        new("begins a checkout", 14, Browsing.BeginsCheckout),
        new("sends batches", 2, Browsing.SendsBatches),
        new("sale by click id", 16, MatchedSales.ByClickId),
        new("sale by e-mail", 5, MatchedSales.ByEmail),
        new("sale by phone", 3, MatchedSales.ByPhone),
        new("sale by fbc", 3, MatchedSales.ByFbc),
        new("sale by address and user agent", 3, MatchedSales.ByIpAndUserAgent),
        new("sale before its click", 2, MatchedSales.ByLateClick),
        new("sale without click", 3, UnmatchedSales.NoClick),
        new("sale by address alone", 1, UnmatchedSales.AddressAlone),
        new("two behind one address", 1, UnmatchedSales.TwoBehindOneAddress),
        new("PIX then paid", 5, SaleLives.PixThenPaid),
        new("PIX without click", 1, SaleLives.PixWithoutClick),
        new("PIX never paid", 1, SaleLives.PixExpires),
        new("repeated webhook", 3, SaleLives.Repeated),
        new("repeated while waiting", 0.5, SaleLives.RepeatedWhileWaiting),
        new("refund", 2, SaleLives.Refunded),
        new("refund before approval", 1, SaleLives.RefundedBeforeApproved),
        new("chargeback", 1, SaleLives.ChargedBack),
        new("refused then approved", 2, SaleLives.RefusedThenApproved),
        new("completed", 1, SaleLives.Completed, SaleKind.Completed),
        new("renewal", 1.5, SaleLives.Renewed),
        new("approved and renewed", 0.5, SaleLives.ApprovedAndRenewed),
        new("cart then approved", 2, SaleLives.CartThenApproved),
        new("test button", 0.7, SaleLives.TestButton, Except: "perfectpay"),
        new("worth nothing", 0.7, SaleLives.WorthNothing),
        new("consent refused", 2, Consents.Refused),
        new("consent refused with the click", 0.7, Consents.RefusedWithTheClick),
        new("consent withdrawn", 1, Consents.Withdrawn),
        new("consent granted after all", 1, Consents.GrantedAfterAll),
        new("consent: stale grant", 0.7, Consents.StaleGrant),
        new("consent refused by e-mail", 0.7, Consents.RefusedByEmail),
        new("bad signature", 1.5, Refusals.BadSignature),
        new("unknown connection", 0.7, Refusals.UnknownConnection),
        new("unknown gateway", 0.2, Refusals.UnknownGateway),
        new("unreadable token", 0.3, Refusals.UnreadableToken),
        new("malformed track", 1, Refusals.MalformedTrack),
        new("browser claims address", 0.3, Refusals.BrowserClaimsAddress),
        new("unknown key", 0.5, Refusals.UnknownKey),
        new("too large", 0.2, Refusals.TooLarge),
        new("wrong content type", 0.2, Refusals.WrongType),
        new("signed but malformed", 0.7, Oddities.Malformed, Except: "perfectpay"),
        new("no sale id", 0.3, Oddities.NoSaleId),
        new("unreadable amount", 0.3, Oddities.UnreadableAmount),
        new("unknown event kind", 0.7, Oddities.UnknownEvent),
        new("carts", 0.7, Oddities.TwoCarts),
        new("events without sale", 0.5, Oddities.HotmartWithoutSale),
    ];

    /// <summary>Makes a plan.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer requests than <see cref="LeastRequests"/>.</exception>
    public static IReadOnlyList<PlannedItem> Make(PlanSettings settings, DemoTarget target)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Requests, LeastRequests);
        var plan = new PlanWriter(settings, target);
        plan.Begin("sample payloads");
        SamplePayloads.All(plan);
        foreach (var scenario in Mix)
        {
            foreach (var write in scenario.Each())
                Write(plan, scenario.Name, write);
        }

        var total = Mix.Sum(static scenario => scenario.Weight);
        while (settings.Requests - plan.Count is > 0 and var left)
        {
            // No scenario is longer than this; what is left is filled with single pages, so that none is cut in two.
            if (left <= Longest)
            {
                Write(plan, "one page", Browsing.OnePage);
                continue;
            }

            var scenario = Draw(plan.Random.NextDouble() * total);
            Write(plan, scenario.Name, plan.Pick(scenario.Each()));
        }

        return plan.Items;
    }

    private const int Longest = 10;

    private static void Write(PlanWriter plan, string name, Action<PlanWriter> write)
    {
        plan.Begin(name);
        write(plan);
    }

    private static Scenario Draw(double at)
    {
        foreach (var scenario in Mix)
        {
            at -= scenario.Weight;
            if (at < 0)
                return scenario;
        }

        return Mix[0];
    }

    /// <summary>One scenario of the mix.</summary>
    private sealed record Scenario(string Name, double Weight, Action<PlanWriter>? Alone, Action<PlanWriter, IGatewaySender>? WithGateway)
    {
        private IReadOnlyList<IGatewaySender> Gateways { get; } = GatewaySenders.All;

        public Scenario(string name, double weight, Action<PlanWriter> alone)
            : this(name, weight, alone, WithGateway: null)
        {
        }

        public Scenario(string name, double weight, Action<PlanWriter, IGatewaySender> withGateway, SaleKind? needs = null, string? Except = null)
            : this(name, weight, Alone: null, withGateway) =>
            Gateways = [.. GatewaySenders.All.Where(gateway => gateway.Name != Except && (needs is null || gateway.Tells(needs.Value)))];

        /// <summary>The scenario, once per gateway that it can be played over.</summary>
        public IReadOnlyList<Action<PlanWriter>> Each() => Alone is not null
            ? [Alone]
            : [.. Gateways.Select(gateway => (Action<PlanWriter>)(plan => WithGateway!(plan, gateway)))];
    }
}
