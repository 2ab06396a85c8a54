using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Dispatch.Faults;

/// <summary>Killed between any two steps of claim, call, result, outcome and offset, the next dispatcher brings every event to its one end.</summary>
public sealed class FailPointTests(CrashWorld world) : IClassFixture<CrashWorld>
{
    // Five processes start, join a group and die, on however busy a machine: nothing is tested by the time it takes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Five_dispatchers_die_each_between_two_other_steps_and_every_event_ends_once()
    {
        var brand = await world.NewBrandAsync();
        await world.StopDispatcherAsync();
        var dying = new List<ChildProcess>();
        foreach (var point in FailPoints.Delivery)
            dying.Add(await world.StartFaultyAsync(point));

        // Records of every partition, again and again, so that each of the five gets its own, however the group shares them.
        var events = new List<DispatchReady>();
        await Eventually.Holds(
            async () =>
            {
                if (dying.TrueForAll(static one => one.HasExited))
                    return true;
                var more = Enumerable.Range(0, 24).Select(_ => world.Purchase(brand)).ToList();
                events.AddRange(more);
                await world.Producer.ProduceAllAsync(
                    [.. more.Select((ready, shard) => TrackHub.Platform.Streams.OutgoingRecord.Create(
                        Topics.CapiDispatch, $"{brand.BrandId}/{brand.PixelId}/{shard}", ready, TrackHub.Platform.Streams.RecordHeaders.ForBrand(brand.BrandId)))],
                    default);

                // Ever more slowly: a machine that is slow to start them has no more events to look at in the end.
                await Task.Delay(TimeSpan.FromMilliseconds(300) + (TimeSpan.FromMilliseconds(4) * events.Count));
                return false;
            },
            Patience);
        dying.ForEach(static one => one.Dispose());

        await world.ExecuteAsync("update dedupe_registry set lease_until = now() where lease_until > now()");
        await world.StartDispatcherAsync();

        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Count > 0), Patience);
        foreach (var e in events)
        {
            world.Outcomes(e).Distinct().ShouldHaveSingleItem().State.ShouldBe(OutcomeState.Delivered);
            var (raw, deduplicated) = await world.ArrivedAsync(e);
            deduplicated.ShouldBe(1);
            var unknown = await AttemptsAsync("outcome = 'unknown' and event_id = $1", e.EventId);
            unknown.ShouldBeLessThanOrEqualTo(dying.Count, "each death leaves an event at most one attempt whose end nobody knows");
            raw.ShouldBeInRange(1, 1 + (int)unknown, "an event is sent again only where an earlier attempt's end is unknown");
            (await world.RegistryAsync<string>(e, "state")).ShouldBe("delivered");
        }

        // How many a death catches depends on how many were on their way, not on us; each call that arrived is on record.
        (await AttemptsAsync("outcome = 'started'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_dispatcher_that_dies_behind_a_refusal_leaves_the_halves_to_the_next_and_the_bad_event_dies_alone()
    {
        var brand = await world.NewBrandAsync();
        await world.StopDispatcherAsync();
        var events = Enumerable.Range(0, 8).Select(_ => world.Purchase(brand)).ToList();
        var bad = events[5];
        await world.BehaveAsync(new { match = new { event_id = bad.EventId }, code = 100, subcode = 2804019 });
        await world.SendAllAsync(events);
        using (var dying = await world.StartFaultyAsync(FailPoints.Written))
            await Eventually.Holds(() => dying.HasExited, Patience);
        var refused = await world.CallsAsync(bad);

        await world.ExecuteAsync("update dedupe_registry set lease_until = now() where lease_until > now()");
        await world.StartDispatcherAsync();

        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Count > 0), Patience);
        foreach (var e in events.Except([bad]))
        {
            world.Outcomes(e).Distinct().ShouldHaveSingleItem().State.ShouldBe(OutcomeState.Delivered);
            (await world.ArrivedAsync(e)).ShouldBe((1, 1));
        }

        refused.ShouldBeLessThanOrEqualTo(1, "it died of its first result, which is the whole batch's");
        world.Outcomes(bad).Distinct().ShouldHaveSingleItem().State.ShouldBe(OutcomeState.Dead);
        world.Seen<DeadLetter>(Topics.DeadLetters).Select(static seen => seen.Value).Where(letter => letter.BrandId == brand.BrandId)
            .Select(static letter => letter.EventId).Distinct().ShouldBe([bad.EventId]);
    }

    [Fact]
    public async Task A_dispatcher_that_dies_between_dead_letter_and_outcome_leaves_one_of_each()
    {
        var brand = await world.NewBrandAsync();
        await world.StopDispatcherAsync();
        var hopeless = world.Purchase(brand) with { ValueMinor = null };
        using (var dying = await world.StartFaultyAsync(FailPoints.Buried))
        {
            await world.SendAsync(hopeless);
            await Eventually.Holds(() => dying.HasExited && Letters().Count > 0, Patience);
        }

        world.Outcomes(hopeless).ShouldBeEmpty();
        await world.ExecuteAsync("update dedupe_registry set lease_until = now() where lease_until > now()");
        await world.StartDispatcherAsync();

        var end = await world.OutcomeAsync(hopeless, Patience);
        (end.State, end.Reason).ShouldBe((OutcomeState.Dead, "value_missing"));
        Letters().ShouldHaveSingleItem("the second copy of a letter has its name");
        (await world.CallsAsync(hopeless)).ShouldBe(0);

        List<string> Letters() =>
            [.. world.Seen<DeadLetter>(Topics.DeadLetters).Select(static seen => seen.Value).Where(letter => letter.EventId == hopeless.EventId).Select(static letter => letter.DeadLetterId).Distinct()];
    }

    [Fact]
    public void What_is_shipped_has_no_fail_points()
    {
        var shipped = File.ReadAllBytes(Path.Combine(Machine.Root, "deploy/TrackHub.Cli/bin/Release/net10.0/TrackHub.Dispatch.dll"));
        var built = File.ReadAllBytes(typeof(FailPoints).Assembly.Location);
        var variable = System.Text.Encoding.Unicode.GetBytes("TRACKHUB_FAIL_AT");

        built.AsSpan().IndexOf(variable).ShouldBeGreaterThan(0);
        shipped.AsSpan().IndexOf(variable).ShouldBe(-1);
    }

    private async Task<long> AttemptsAsync(string condition, params object[] values)
    {
        await using var command = world.Postgres.CreateCommand($"select count(*) from dispatch_attempts where {condition}");
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
