using TrackHub.Load.Stages;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Tests.Stages;

public sealed class StageTrialTests
{
    // None of them was counted for a weight or judged for the default threshold.
    private static readonly int[] FreshSeeds = [7001, 7002, 7003];

    [Fact]
    public async Task The_default_threshold_holds_its_documented_precision_on_seeds_nobody_has_seen()
    {
        FreshSeeds.Intersect([.. StagesScenario.CountedSeeds, .. StagesScenario.JudgedSeeds]).ShouldBeEmpty();
        var guesses = new List<BlindGuess>();
        foreach (var seed in FreshSeeds)
            guesses.AddRange((await StageTrial.RunAsync(new(), seed, default)).Guesses);

        var row = ThresholdRow.Of(guesses, BrandSettings.Default.ProbabilisticThreshold);

        row.Attributed.ShouldBeGreaterThan(800);
        row.Precision.ShouldBeGreaterThanOrEqualTo(0.98);
        row.Recall.ShouldBeGreaterThanOrEqualTo(0.50);
        ThresholdRow.Of(guesses, 0.5).Precision.ShouldBeLessThan(row.Precision);
    }

    [Fact]
    public void The_same_seed_makes_the_same_traffic_and_another_seed_another()
    {
        var mix = new TrafficMix { Visitors = 300, Buyers = 0.3 };

        var (first, again, other) = (LabelledTraffic.Make(mix, 1), LabelledTraffic.Make(mix, 1), LabelledTraffic.Make(mix, 2));

        again.Events.ShouldBe(first.Events);
        again.Sales.Select(static s => s.Event).ShouldBe(first.Sales.Select(static s => s.Event));
        other.Events.Take(20).ShouldNotBe(first.Events.Take(20));
    }

    [Fact]
    public void Traffic_holds_what_makes_matching_hard()
    {
        var traffic = LabelledTraffic.Make(new(), seed: 7004);

        traffic.Events.GroupBy(static e => Convert.ToHexString(e.Keys.Ip!)).Max(static g => g.DistinctBy(static e => e.SessionId).Count()).ShouldBeGreaterThan(32);
        traffic.Events.ShouldContain(static e => e.EventTime < e.ReceivedAt - TimeSpan.FromMinutes(10));
        traffic.Events.ShouldContain(static e => e.ReceivedAt > e.EventTime + TimeSpan.FromSeconds(20) && e.ReceivedAt < e.EventTime + TimeSpan.FromSeconds(61));
        traffic.Sales.Count(static s => s.Sessions.Count == 0).ShouldBeGreaterThan(50);
        var sessions = traffic.Events.ToLookup(static e => e.SessionId!);
        bool Gave(LabelledSale sale, Func<MatchKeysOf, bool> same) => sale.Sessions.Any(s => sessions[s].Any(e => same(new(e.Keys, sale.Event.Keys))));
        traffic.Sales.Count(s => s.Sessions.Count > 0 && s.Event.Keys.UserAgent is not null && !Gave(s, static k => Same(k.Seen.UserAgent, k.Sold.UserAgent))).ShouldBeGreaterThan(20);
        traffic.Sales.Count(s => s.Sessions.Any(id => sessions[id].Any(static e => e.Keys.Email is not null)) && !Gave(s, static k => Same(k.Seen.Email, k.Sold.Email))).ShouldBeGreaterThan(0);
    }

    private sealed record MatchKeysOf(Schemas.MatchKeys Seen, Schemas.MatchKeys Sold);

    private static bool Same(byte[]? left, byte[]? right) => left is not null && right is not null && left.AsSpan().SequenceEqual(right);
}
