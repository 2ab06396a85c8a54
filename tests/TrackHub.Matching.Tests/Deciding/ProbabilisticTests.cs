using TrackHub.Matching.Deciding;
using TrackHub.Schemas;
using static TrackHub.Matching.Tests.Deciding.Candidates;

namespace TrackHub.Matching.Tests.Deciding;

public sealed class ProbabilisticTests
{
    private static readonly MatchRules Rules = new();
    private static readonly ProbabilisticWeights Weights = ProbabilisticWeights.Default;

    private static readonly Features Someone = Features.Of(
        new() { Ip = Index(1), IpPrefix = Index(2), UserAgent = Index(3) },
        new() { Browser = "chrome", BrowserMajor = 141, Os = "android", Country = "br", Region = "sp", Product = "curso", UtmCampaign = "black", UtmSource = "fb" });

    private static readonly Features Sparse = Someone with { Country = 0, Region = 0, Product = 0, Campaign = 0, Source = 0 };

    [Fact]
    public void A_probability_is_the_odds_among_those_of_all_and_of_nobody()
    {
        var one = Visit(Someone, 5, session: 1);
        var other = Visit(Someone, 6, session: 2) with { Features = Someone with { UserAgent = 99, Browser = 98, Campaign = 97 } };

        var nearby = Nearby(Someone, one, other);

        var odds = nearby.Select(static l => Math.Exp(l.LogOdds)).ToList();
        nearby[0].Probability.ShouldBe(odds[0] / (1 + odds[0] + odds[1]), 1e-9);
        nearby[0].LogOdds.ShouldBe(Weights.Confidence * nearby[0].Parts.Sum(static p => p.Weight), 1e-9);
        (nearby.Sum(static l => l.Probability) < 1).ShouldBeTrue();
    }

    [Fact]
    public void Address_and_browser_of_a_moment_ago_are_enough()
    {
        var decision = Decide(Sparse, Visit(Sparse, 10));

        decision.Stage.ShouldBe(MatchStage.Probabilistic);
        decision.Reason.ShouldBe(MatchReason.Probable);
        decision.Score.ShouldBeGreaterThanOrEqualTo(Rules.Threshold);
    }

    [Fact]
    public void An_address_of_yesterday_alone_is_not_enough()
    {
        var addressOnly = default(Features) with { Ip = 7, IpPrefix = 8 };

        Decide(addressOnly, Visit(addressOnly, 26 * 60)).Reason.ShouldBe(MatchReason.BelowThreshold);
    }

    [Fact]
    public void The_nearer_in_time_the_likelier()
    {
        double[] minutes = [1, 10, 30, 200, 1_000, 3_000];

        var weights = minutes.Select(m => Nearby(Sparse, Visit(Sparse, m))[0].Parts.Single(static p => p.Name.StartsWith("within", StringComparison.Ordinal) || p.Name == "over_1_d").Weight).ToList();

        weights.ShouldBe(weights.OrderDescending());
        weights.Distinct().Count().ShouldBe(minutes.Length);
    }

    [Fact]
    public void A_rare_browser_says_more_than_one_that_everybody_around_has()
    {
        Candidate[] others = [.. Enumerable.Range(10, 6).Select(n => Visit(Sparse with { UserAgent = (uint)n, Ip = 50 }, 300, session: (uint)n))];
        var mine = Visit(Sparse, 20, session: 1);

        double Agent(IEnumerable<Candidate> around) => Nearby(Sparse, [mine, .. around])
            .Single(static l => l.Visitor.Newest.SessionTag == 1).Parts.Single(static p => p.Name == "user_agent").Weight;

        Agent(others).ShouldBeGreaterThan(Agent(others.Select(static c => c with { Features = c.Features!.Value with { UserAgent = Sparse.UserAgent } })));
    }

    [Fact]
    public void An_address_of_many_says_less_about_each_of_them()
    {
        double Address(int visitors) => Nearby(Sparse, [.. Enumerable.Range(1, visitors).Select(n => Visit(Sparse, 20 + n, session: (uint)n))])[0].Parts[0].Weight;

        Address(1).ShouldBe(Math.Log(Weights.AddressOdds), 1e-9);
        Address(8).ShouldBe(Math.Log(Weights.AddressOdds / 8), 1e-9);
    }

    [Fact]
    public void Another_browser_state_or_product_contradicts()
    {
        var other = Someone with { UserAgent = 99, Browser = 98, Country = 97, Region = 96, Product = 95, Campaign = 94, Page = 93 };

        var parts = Nearby(Someone with { Page = 5 }, Visit(other, 10))[0].Parts;

        parts.Where(static p => p.Weight < 0).Select(static p => p.Name).ShouldBe(
            ["other_browser", "other_country", "other_region", "other_product", "other_landing_page", "other_utm_campaign", "no_checkout"]);
    }

    [Fact]
    public void A_landing_page_names_the_product_that_was_sold()
    {
        var click = Features.Of(new(), new() { Page = "loja.example.com/cursos/metodo-agil" });
        var sale = Features.Of(new(), new(), Sold("Método Ágil!"));

        click.Page.ShouldBe(sale.Page);
        Features.Of(new(), new() { Page = "loja.example.com" }).Page.ShouldBe(0u);
    }

    [Fact]
    public void Two_visitors_that_cannot_be_told_apart_leave_the_sale_without_a_click()
    {
        var trail = new Trail();

        var decision = DecisionEngine.Decide(
            SaleWith(Someone), Only(Signal.Ip, Visit(Someone, 5, session: 1), Visit(Someone, 6, session: 2)), Rules, trail);

        decision.Winner.ShouldBeNull();
        decision.Reason.ShouldBe(MatchReason.Ambiguous);
        trail.Evidence.Count(static e => e.Signal == Trail.Rival).ShouldBe(1);
    }

    [Fact]
    public void Several_events_of_one_visitor_are_one_visitor_and_the_click_wins()
    {
        var click = Visit(Someone, 9, session: 1);
        var page = Visit(Someone, 5, session: 1) with { Kind = EventKind.PageView, AdTouch = false };

        Decide(Someone, page, click).Winner.ShouldBe(click);
    }

    [Fact]
    public void What_did_not_reach_the_threshold_is_kept_as_evidence()
    {
        var trail = new Trail();
        var weak = Visit(Someone with { UserAgent = 0, Browser = 0, Product = 0, Ip = 5 }, 2 * 24 * 60);

        var decision = DecisionEngine.Decide(SaleWith(Someone), Only(Signal.IpPrefix, weak), Rules, trail);

        (decision.Winner, decision.Reason, decision.Score).ShouldBe((null, MatchReason.BelowThreshold, 0));
        var kept = trail.Evidence.Single(static e => e.Signal == Trail.Probability);
        (kept.Candidate, kept.Result, kept.Candidates).ShouldBe((weak.IngestId.ToString(), "miss", 1));
        kept.Weight.ShouldBeInRange(0.0001, Rules.Threshold);
    }

    [Fact]
    public void A_sale_without_an_address_has_no_third_stage()
    {
        var trail = new Trail();

        DecisionEngine.Decide(Sale(1), Only(Signal.Ip, Visit(Someone, 0)), Rules, trail).ShouldBe(Decision.Nobody(MatchReason.NoKeys));

        trail.Evidence.ShouldContain(static e => e.Signal == "ip" && e.Result == "absent");
    }

    [Fact]
    public void Each_comparisons_outcomes_are_shares_of_a_whole()
    {
        Level[][] comparisons =
        [
            [Weights.UserAgent, Weights.BrowserVersion, Weights.BrowserFamily, Weights.OtherBrowser], [Weights.Country, Weights.OtherCountry],
            [Weights.Region, Weights.OtherRegion], [Weights.Product, Weights.OtherProduct], [Weights.LandingPage, Weights.OtherLandingPage],
            [Weights.Campaign, Weights.OtherCampaign], [Weights.Source, Weights.OtherSource], [Weights.Checkout, Weights.NoCheckout],
            [.. Weights.Time.Select(static t => t.Level)],
        ];

        foreach (var outcomes in comparisons)
        {
            outcomes.Sum(static o => o.M).ShouldBe(1, 0.002);
            outcomes.Sum(static o => o.U).ShouldBe(1, 0.002);
        }

        comparisons.SelectMany(static c => c).ShouldBe(Weights.Levels(), ignoreOrder: true);
    }

    private static Decision Decide(Features sale, params Candidate[] candidates) => DecisionEngine.Decide(SaleWith(sale), Only(Signal.Ip, candidates), Rules, new());

    private static IReadOnlyList<Likelihood> Nearby(Features sale, params Candidate[] candidates) =>
        DecisionEngine.Nearby(SaleWith(sale), Only(Signal.Ip, candidates), Rules).Likelihoods;

    private static SaleFacts SaleWith(Features features) => new(SaleAt, 1, new HashSet<Signal> { Signal.Ip, Signal.IpPrefix }, features);

    private static Candidate Visit(Features features, double minutesBefore, uint session = 0) =>
        At(TimeSpan.FromMinutes(minutesBefore)) with { Features = features, SessionTag = session };

    private static Sale Sold(string product) => new()
    {
        Gateway = "kiwify",
        ConnectionId = "con_1",
        DeliveryId = "d1",
        GatewayEvent = "approved",
        ProductId = "p-1",
        ProductName = product,
    };

    private static byte[] Index(byte seed) => [.. Enumerable.Range(seed, 16).Select(static i => (byte)i)];
}
