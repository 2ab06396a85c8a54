using TrackHub.Schemas;

namespace TrackHub.Integration.Dispatch;

/// <summary>Lanes that are closed: by their breaker, or because Meta says so. Times are the world's, twenty times as fast.</summary>
[Collection(nameof(FastWorld))]
public sealed class BreakerTests(FastWorld world)
{
    private static readonly TimeSpan BreakerPause = TimeSpan.FromSeconds(30) / 20;

    [Fact]
    public async Task Ten_failed_calls_close_a_lane_over_a_restart_and_one_probe_at_a_time_asks_again()
    {
        var (brand, other) = (await world.NewBrandAsync(), await world.NewBrandAsync());
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, status = 500, times = 11 });
        var events = new List<DispatchReady>();
        while ((await world.CallsToAsync(brand.DatasetId)).Count < 10)
        {
            events.Add(world.Purchase(brand));
            await world.SendAsync(events[^1]);
            await Testing.Eventually.Holds(async () => (await world.CallsToAsync(brand.DatasetId)).Count >= Math.Min(10, events.Count));
        }

        await world.StopDispatcherAsync();
        await world.StartDispatcherAsync();
        events.AddRange([world.Purchase(brand), world.Purchase(brand)]);
        await world.SendAllAsync(events[^2..]);
        var unaffected = world.Purchase(other);
        await world.SendAsync(unaffected);

        (await world.OutcomeAsync(unaffected)).State.ShouldBe(OutcomeState.Delivered);
        foreach (var e in events)
            (await world.OutcomeAsync(e, TimeSpan.FromSeconds(60))).State.ShouldBe(OutcomeState.Delivered);
        var calls = await world.CallsToAsync(brand.DatasetId);
        var opened = calls.Count(static call => call.Outcome != "ok") - 1;
        opened.ShouldBe(10);
        foreach (var probe in new[] { opened, opened + 1 })
        {
            calls[probe].Events.ShouldBe(1);
            (calls[probe].At - calls[probe - 1].At).ShouldBeGreaterThanOrEqualTo(BreakerPause - TimeSpan.FromMilliseconds(100));
        }

        // Being held cost nobody an attempt.
        (await SumOfAttemptsAsync(brand.BrandId)).ShouldBe(calls.Sum(static call => call.Events));
        (await world.LaneAsync<string>(brand, "state || ' ' || consecutive_failures")).ShouldBe("closed 0");
    }

    [Fact]
    public async Task A_lane_that_is_told_to_wait_makes_no_call_before_and_loses_no_attempt_while_others_go_on()
    {
        var (brand, other) = (await world.NewBrandAsync(), await world.NewBrandAsync());
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, status = 429, retry_after_s = 40, times = 1 });
        var throttled = world.Purchase(brand);
        await world.SendAsync(throttled);
        await Testing.Eventually.Holds(async () => (await world.CallsToAsync(brand.DatasetId)).Count == 1);
        var waiting = Enumerable.Range(0, 5).Select(_ => world.Purchase(brand)).ToList();
        await world.SendAllAsync(waiting);
        var unaffected = world.Purchase(other);
        await world.SendAsync(unaffected);

        (await world.OutcomeAsync(unaffected)).State.ShouldBe(OutcomeState.Delivered);
        (await world.CallsToAsync(brand.DatasetId)).Count.ShouldBe(1);
        (await world.LaneAsync<string>(brand, "state || ' ' || reason || ' ' || consecutive_failures")).ShouldBe("closed throttled 0");
        foreach (var e in waiting.Append(throttled))
            (await world.OutcomeAsync(e, TimeSpan.FromSeconds(60))).State.ShouldBe(OutcomeState.Delivered);
        var calls = await world.CallsToAsync(brand.DatasetId);
        (calls[1].At - calls[0].At).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(40) / 20);
        (await world.RegistryAsync<int>(throttled, "attempt")).ShouldBe(1);
        (await SumOfAttemptsAsync(brand.BrandId)).ShouldBe(6);
    }

    [Fact]
    public async Task A_limit_used_up_closes_the_lane_although_the_call_was_taken()
    {
        var brand = await world.NewBrandAsync();
        const string Usage = """{"1":[{"type":"ads_management","call_count":100,"total_cputime":1,"total_time":1,"estimated_time_to_regain_access":3}]}""";
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, headers = new Dictionary<string, string> { ["X-Business-Use-Case-Usage"] = Usage }, times = 1 });
        var first = world.Purchase(brand);
        await world.SendAsync(first);
        (await world.OutcomeAsync(first)).State.ShouldBe(OutcomeState.Delivered);

        (await world.LaneAsync<string>(brand, "reason")).ShouldBe("usage");
        (await world.LaneAsync<int>(brand, "extract(epoch from throttled_until - updated_at)::int")).ShouldBeGreaterThan(100);
    }

    private async Task<long> SumOfAttemptsAsync(string brandId)
    {
        await using var command = world.Postgres.CreateCommand("select sum(attempt) from dedupe_registry where brand_id = $1");
        command.Parameters.Add(new() { Value = brandId });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
