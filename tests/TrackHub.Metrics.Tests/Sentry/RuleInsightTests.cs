using TrackHub.Metrics.Sentry.Explaining;
using TrackHub.Metrics.Summing;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Tests.Sentry;

public sealed class RuleInsightTests
{
    private static readonly Sums Usual = new() { Spend = 100_000, Revenue = 400_000, Conversions = 20, Clicks = 1_000, Impressions = 50_000 };

    [Fact]
    public void Names_the_source_that_fell_with_figures()
    {
        var insight = Explain(MetricType.Revenue, 500_000, 800_000, Part(MetricSource.Meta, Usual with { Revenue = 100_000 }), Part(MetricSource.Organic, Usual));

        insight.Explanation.ShouldBe(
            "Revenue was 5,000.00 BRL in the 3 hours until 2026-11-22 14:00, 38 % below the usual 8,000.00 BRL. Meta explains 100 % of it: 1,000.00 BRL instead of 4,000.00 BRL.");
        insight.SuggestedAction.ShouldContain("Meta");
    }

    [Fact]
    public void Of_a_ratio_names_the_side_that_moved()
    {
        var insight = Explain(MetricType.Cac, 10_000, 5_000, Part(MetricSource.Meta, Usual), Part(MetricSource.Google, Usual with { Conversions = 0 }));

        insight.Explanation.ShouldContain("What moved is conversions: 20 instead of 40, while spend is as usual.");
        insight.Explanation.ShouldContain("Google explains 100 % of it: 0 instead of 20.");
        Explain(MetricType.Cac, 10_000, 5_000, Part(MetricSource.Meta, Usual with { Spend = 300_000 }), Part(MetricSource.Google, Usual)).SuggestedAction.ShouldContain("budgets");
        Explain(MetricType.Ctr, 0.01, 0.02, Part(MetricSource.Meta, Usual with { Clicks = 500 })).SuggestedAction.ShouldContain("ads that are shown most");
    }

    [Fact]
    public void Names_the_campaign_and_the_stage_of_the_match_that_moved()
    {
        var fallen = Part(MetricSource.Meta, Usual with { Revenue = 100_000, Conversions = 5 });

        var campaign = RuleInsight.Explain(Case(MetricType.Revenue, 100_000, 400_000, fallen) with
        {
            Origins = [new("deterministic", "black-friday", 1, 12), new("deterministic", "always-on", 4, 5), new("none", null, 1, 3)],
        })!;
        var unmatched = RuleInsight.Explain(Case(MetricType.Revenue, 100_000, 400_000, fallen) with { Origins = [new("deterministic", null, 2, 16), new("none", null, 18, 4)] })!;

        campaign.Explanation.ShouldEndWith("Campaign \"black-friday\" brought 1 sales instead of 12.");
        campaign.SuggestedAction.ShouldContain("black-friday");
        unmatched.Explanation.ShouldContain("No click was found for 90 % of the sales, instead of 20 %.");
        unmatched.SuggestedAction.ShouldContain("tracker");
    }

    [Fact]
    public void Says_so_where_nothing_is_usual_yet() =>
        RuleInsight.Explain(Case(MetricType.Spend, 10, 5, new SourcePart(MetricSource.Meta, Usual, default)))!.SuggestedAction.ShouldContain("one by one");

    private static Insight Explain(MetricType metric, double value, double expected, params SourcePart[] parts) => RuleInsight.Explain(Case(metric, value, expected, parts))!;

    private static AnomalyCase Case(MetricType metric, double value, double expected, params SourcePart[] parts) => new(
        "loja00000001", metric, new(7, 3, value, expected, 100 * ((value / expected) - 1), -9, 0.07), new(2026, 11, 22, 14, 0, 0, TimeSpan.FromHours(-3)), "BRL", parts, []);

    private static SourcePart Part(MetricSource source, Sums now) => new(source, now, Usual);
}
