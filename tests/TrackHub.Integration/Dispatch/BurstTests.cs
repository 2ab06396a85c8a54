using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>A world whose lanes make one slow call at a time, so that bursts wait for it.</summary>
public sealed class OneCallWorld : DispatchWorld
{
    /// <inheritdoc/>
    protected override IEnumerable<KeyValuePair<string, string?>> Settings =>
        [new("Dispatch:LaneConcurrency", "1"), new("Dispatch:AttemptTimeout", "00:00:10"), new("Dispatch:ClaimPatience", "00:00:10"), new("Dispatch:Lease", "00:01:00")];
}

/// <summary>More events of one lane than its calls take at once.</summary>
public sealed class BurstTests(OneCallWorld world) : IClassFixture<OneCallWorld>
{
    private const int Burst = 5_000;
    private const int CallMilliseconds = 1_000;

    [Fact]
    public async Task A_burst_for_a_lane_that_delivers_waits_for_its_calls_and_not_in_the_log()
    {
        var brand = await world.NewBrandAsync();
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, latency_ms = CallMilliseconds });
        var burst = Enumerable.Range(0, Burst).Select(_ => world.Purchase(brand)).ToList();

        await world.SendAllAsync(burst);

        await Eventually.Holds(() => EndsOf(brand).Count == Burst, TimeSpan.FromMinutes(2));
        EndsOf(brand).ShouldAllBe(static end => end.State == OutcomeState.Delivered);
        HeldOf(brand).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_burst_for_a_lane_whose_calls_fail_is_held_without_an_attempt_and_delays_no_other_lane()
    {
        var (stuck, other) = (await world.NewBrandAsync(), await world.NewBrandAsync());
        await world.BehaveAsync(new { match = new { dataset = stuck.DatasetId }, latency_ms = 4 * CallMilliseconds, status = 500 });
        await world.SendAsync(world.Purchase(stuck));
        await Eventually.Holds(async () => (await world.LaneAsync<int>(stuck, "consecutive_failures")) > 0, TimeSpan.FromMinutes(1));

        await world.SendAllAsync([.. Enumerable.Range(0, Burst).Select(_ => world.Purchase(stuck))]);
        await Eventually.Holds(() => HeldOf(stuck).Count > 0, TimeSpan.FromMinutes(1));
        var purchase = world.Purchase(other);
        await world.SendAsync(purchase);

        (await world.OutcomeAsync(purchase, TimeSpan.FromMinutes(1))).State.ShouldBe(OutcomeState.Delivered);
        EndsOf(stuck).ShouldBeEmpty();
        var held = HeldOf(stuck);
        var calls = (await world.CalledEventsAsync(stuck.DatasetId)).SelectMany(static call => call).CountBy(static id => id).ToDictionary();
        held.ShouldAllBe(copy => copy.Attempt <= calls.GetValueOrDefault(copy.EventId), "being held costs no attempt");
        held.ShouldContain(copy => copy.Attempt == 0 && !calls.ContainsKey(copy.EventId), "what found no place was held before any call");
    }

    [Fact]
    public async Task A_burst_for_a_lane_that_Meta_closed_for_long_waits_as_long_and_does_not_come_round_every_15_s()
    {
        var brand = await world.NewBrandAsync();
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, status = 429, retry_after_s = 3_000 });
        var first = world.Purchase(brand);
        await world.SendAsync(first);
        await Eventually.Holds(async () => await world.LaneAsync<string>(brand, "reason") == "throttled", TimeSpan.FromMinutes(1));

        await world.SendAllAsync([.. Enumerable.Range(0, Burst).Select(_ => world.Purchase(brand))]);

        await Eventually.Holds(() => HeldOf(brand, Topics.CapiHold5M).Count >= Burst, TimeSpan.FromMinutes(2));
        HeldOf(brand).ShouldAllBe(copy => copy.EventId == first.EventId, "only what Meta was asked for comes back so soon");
    }

    private List<EventOutcome> EndsOf(TestBrand brand) =>
        [.. world.Seen<EventOutcome>(Topics.EventOutcomes).Select(static seen => seen.Value).Where(end => end.BrandId == brand.BrandId)];

    private List<DispatchReady> HeldOf(TestBrand brand, TopicDefinition? topic = null) =>
        [.. world.Seen<DispatchReady>(topic ?? Topics.CapiHold15S).Select(static seen => seen.Value).Where(held => held.BrandId == brand.BrandId)];
}
