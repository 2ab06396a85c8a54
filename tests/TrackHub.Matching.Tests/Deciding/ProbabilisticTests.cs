using TrackHub.Matching.Deciding;
using TrackHub.Schemas;
using static TrackHub.Matching.Tests.Deciding.Candidates;

namespace TrackHub.Matching.Tests.Deciding;

public sealed class ProbabilisticTests
{
    private static readonly MatchRules Rules = new();

    private static readonly Features Visitor = Features.Of(
        new() { Ip = Index(1), IpPrefix = Index(2), UserAgent = Index(3) },
        new() { Browser = "chrome", BrowserMajor = 141, Os = "android", Country = "br", Region = "sp", Product = "curso", UtmCampaign = "black", UtmSource = "fb" });

    [Fact]
    public void The_hits_add_up_to_one()
    {
        var score = Score(Visitor, Visitor, TimeSpan.Zero);

        score.Score.ShouldBe(1, 1e-9);
    }

    [Fact]
    public void Address_and_browser_of_a_moment_ago_are_enough()
    {
        var sparse = Visitor with { Country = 0, Region = 0, Product = 0, Campaign = 0, Source = 0 };

        var decision = Decide(sparse, Of(sparse, TimeSpan.FromMinutes(10)));

        decision.Stage.ShouldBe(MatchStage.Probabilistic);
        decision.Score.ShouldBeGreaterThanOrEqualTo(Rules.Threshold);
    }

    [Fact]
    public void An_address_alone_is_never_enough()
    {
        var addressOnly = default(Features) with { Ip = 7, IpPrefix = 8 };

        Decide(addressOnly, Of(addressOnly, TimeSpan.Zero)).Winner.ShouldBeNull();
    }

    [Fact]
    public void Nearness_in_time_halves_every_six_hours()
    {
        double Time(double hours) => Score(Visitor, Visitor, TimeSpan.FromHours(hours)).Parts.Single(static p => p.Name == "time").Weight;

        Time(0).ShouldBe(0.10, 1e-9);
        Time(6).ShouldBe(0.05, 1e-9);
        Time(12).ShouldBe(0.025, 1e-9);
    }

    [Fact]
    public void Another_browser_or_country_contradicts()
    {
        var other = Visitor with { UserAgent = 99, Browser = 98, Country = 97 };
        var score = Score(Visitor, other, TimeSpan.Zero);

        score.Parts.ShouldContain(static p => p.Name == "browser" && p.Weight < 0);
        score.Parts.ShouldContain(static p => p.Name == "country" && p.Weight < 0);
        score.Score.ShouldBeLessThan(Rules.Threshold);
    }

    [Fact]
    public void An_updated_browser_of_the_same_family_counts_a_little()
    {
        var updated = Visitor with { UserAgent = 99, BrowserMajor = 142 };

        Score(Visitor, updated, TimeSpan.Zero).Parts.ShouldContain(static p => p.Name == "browser" && p.Weight == 0.07);
    }

    [Fact]
    public void Two_visitors_that_cannot_be_told_apart_leave_the_sale_without_a_click()
    {
        var trail = new Trail();
        var left = Of(Visitor, TimeSpan.FromMinutes(5)) with { SessionTag = 1 };
        var right = Of(Visitor, TimeSpan.FromMinutes(6)) with { SessionTag = 2 };

        var decision = DecisionEngine.Decide(SaleWith(Visitor), Only(Signal.Ip, left, right), Rules, trail);

        decision.Winner.ShouldBeNull();
        trail.Evidence.ShouldContain(static e => e.Signal == "ambiguous");
    }

    [Fact]
    public void Several_events_of_one_visitor_are_one_visitor_and_the_click_wins()
    {
        var click = Of(Visitor, TimeSpan.FromMinutes(9)) with { SessionTag = 1 };
        var page = Of(Visitor, TimeSpan.FromMinutes(5)) with { SessionTag = 1, Kind = EventKind.PageView, AdTouch = false };

        DecisionEngine.Decide(SaleWith(Visitor), Only(Signal.Ip, page, click), Rules, new()).Winner.ShouldBe(click);
    }

    [Fact]
    public void What_did_not_reach_the_threshold_is_kept_as_evidence()
    {
        var trail = new Trail();
        var weak = Of(Visitor with { UserAgent = 0, Browser = 0, Product = 0 }, TimeSpan.FromDays(2));

        DecisionEngine.Decide(SaleWith(Visitor), Only(Signal.IpPrefix, weak with { Features = weak.Features!.Value with { Ip = 5 } }), Rules, trail)
            .ShouldBe(Decision.None);

        var threshold = trail.Evidence.Single(static e => e.Signal == "threshold");
        threshold.Candidate.ShouldBe(weak.IngestId.ToString());
        threshold.Weight.ShouldBeInRange(0.01, Rules.Threshold);
    }

    [Fact]
    public void A_sale_without_an_address_has_no_third_stage()
    {
        var trail = new Trail();

        DecisionEngine.Decide(Sale(1), Only(Signal.Ip, Of(Visitor, TimeSpan.Zero)), Rules, trail).Winner.ShouldBeNull();

        trail.Evidence.ShouldContain(static e => e.Signal == "ip" && e.Result == "absent");
    }

    private static Decision Decide(Features sale, Candidate candidate) =>
        DecisionEngine.Decide(SaleWith(sale), Only(Signal.Ip, candidate), Rules, new());

    private static ProbabilisticScore Score(Features sale, Features click, TimeSpan distance) =>
        ProbabilisticScore.Of(SaleWith(sale), Of(click, distance), Rules.Weights);

    private static SaleFacts SaleWith(Features features) => new(SaleAt, 1, new HashSet<Signal> { Signal.Ip, Signal.IpPrefix }, features);

    private static Candidate Of(Features features, TimeSpan beforeSale) => At(beforeSale) with { Features = features };

    private static byte[] Index(byte seed) => [.. Enumerable.Range(seed, 16).Select(static i => (byte)i)];
}
