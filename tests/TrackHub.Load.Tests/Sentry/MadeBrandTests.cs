using TrackHub.Load.Sentry;
using TrackHub.Metrics.Sentry.Judging;
using TrackHub.Metrics.Summing;

namespace TrackHub.Load.Tests.Sentry;

public sealed class MadeBrandTests
{
    private const double Sales = 10_000;
    private const int Week = 168;

    private static readonly MadeBrand[] Brands = [.. Enumerable.Range(1, 8).Select(static seed => MadeBrand.Make(Sales, seed))];

    [Fact]
    public void The_same_seed_makes_the_same_hours_and_another_seed_others()
    {
        var again = MadeBrand.Make(Sales, 1);

        again.Incidents.ShouldBe(Brands[0].Incidents);
        HoursOf(again).ShouldBe(HoursOf(Brands[0]));
        HoursOf(Brands[1]).ShouldNotBe(HoursOf(Brands[0]));
    }

    [Fact]
    public void Incidents_lie_apart_in_the_weeks_that_are_judged()
    {
        foreach (var brand in Brands)
        {
            brand.Incidents.Count.ShouldBeGreaterThan(3);
            brand.Incidents[0].Start.ShouldBeGreaterThanOrEqualTo(MadeBrand.From);
            brand.Incidents.Zip(brand.Incidents.Skip(1)).ShouldAllBe(static pair => pair.Second.Start - (pair.First.Start + pair.First.Hours) >= 72);
            (brand.Incidents[^1].Start + brand.Incidents[^1].Hours).ShouldBeLessThanOrEqualTo(MadeBrand.Hours - 24);
        }
    }

    [Fact]
    public void A_quiet_brand_sells_about_what_was_asked_for_with_a_weeks_shape()
    {
        foreach (var brand in Brands)
        {
            var quiet = brand.Series.Between(0, MadeBrand.From);
            var (nights, evenings) = (SumOf(brand, static hour => hour is >= 3 and < 6), SumOf(brand, static hour => hour is >= 15 and < 18));

            (quiet.Conversions / (MadeBrand.QuietWeeks * 7 * Sales)).ShouldBeInRange(0.7, 1.4);
            ((double)evenings.Conversions / nights.Conversions).ShouldBeGreaterThan(3);
            ((double)quiet.Revenue / quiet.Conversions).ShouldBe(19_700, 200, "the mean ticket, over hundreds of thousands of sales");
        }
    }

    [Fact]
    public void Incidents_are_in_the_hours_as_deep_as_they_say()
    {
        var outages = Brands.SelectMany(static brand => brand.Incidents.Where(static i => i.Kind is "outage" or "drop").Select(incident => (brand, incident))).ToList();
        outages.Count.ShouldBeGreaterThan(5);

        foreach (var (brand, incident) in outages)
        {
            // Against the same hours of a quiet week, and sales by clicks, so that growth and the day's own scatter are in both.
            var (now, usual) = (Hit(incident.Start), Hit(((MadeBrand.QuietWeeks - 2) * Week) + (incident.Start % Week)));

            ((double)now.Conversions / now.Clicks / ((double)usual.Conversions / usual.Clicks)).ShouldBe(1 - incident.Depth, 0.25, $"{incident}");
            ((double)now.Clicks / usual.Clicks).ShouldBeInRange(0.6, 1.7, $"{incident}: nothing but sales is lost");

            Sums Hit(int start) => brand.Series.Between(start, start + incident.Hours);
        }
    }

    [Fact]
    public void The_engine_is_asked_for_every_incident_that_is_deep_enough_and_for_no_other()
    {
        var trial = new SentryTrial("medium", SentryRules.Medium);

        trial.Add(Brands[0], Sales);

        var findable = WatchedMetric.All.Sum(metric => Label.Of(metric, Brands[0].Incidents).Count(static label => label.Harmful && Math.Abs(label.Percentage) >= 30));
        findable.ShouldBeGreaterThan(0);
        trial.Tallies.Values.ShouldAllBe(tally => tally.Findable == findable && Math.Abs(tally.Days - (7 * 7 * MadeBrand.JudgedWeeks)) < 1e-9);
        trial.Tallies[SentryTrial.Sentry].Precision.ShouldBeGreaterThan(trial.Tallies[PlainRule.Threshold.Name].Precision);
        trial.Details.Where(static detail => !detail.Key.EndsWith("a day", StringComparison.Ordinal)).Sum(static detail => detail.Value.Alarms).ShouldBe(trial.Tallies[SentryTrial.Sentry].Alarms);
    }

    private static Sums SumOf(MadeBrand brand, Func<int, bool> isWanted) =>
        Enumerable.Range(0, MadeBrand.From).Where(hour => isWanted(hour % 24)).Aggregate(default(Sums), (sum, hour) => sum + brand.Series.Between(hour, hour + 1));

    private static IEnumerable<Sums> HoursOf(MadeBrand brand) => Enumerable.Range(0, MadeBrand.Hours).Select(hour => brand.Series.Between(hour, hour + 1));
}
