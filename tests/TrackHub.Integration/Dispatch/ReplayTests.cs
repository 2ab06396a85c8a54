using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Dispatch;
using TrackHub.Dispatch.Replaying;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>Ranges that go into dispatch again: what Meta has stays there, what never reached it is sent, and the live group is left alone.</summary>
[Collection(nameof(FastWorld))]
public sealed class ReplayTests(FastWorld world)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private ReplayDesk Desk => world.Dispatcher.GetRequiredService<ReplayDesk>();

    [Fact]
    public async Task What_meta_has_costs_no_call_and_moves_no_offset_of_the_live_group()
    {
        var brand = await world.NewBrandAsync();
        var events = Enumerable.Range(0, FullFactAttribute.IsFull ? 1_000 : 200).Select(_ => world.Purchase(brand)).ToList();
        await world.SendAllAsync(events);
        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Count > 0), Patience);
        var calls = (await world.CallsToAsync(brand.DatasetId)).Count;
        var committed = await CaughtUpAsync();

        var replay = await DoneAsync(await Desk.StartAsync(Everything(brand), 100_000, "ana", default));

        replay.Counts.ShouldBe(new Dictionary<string, long> { [ReplayVerdict.SkippedDelivered] = events.Count });
        (replay.Read, replay.State).ShouldBe((replay.Records, "done"));
        (await world.CallsToAsync(brand.DatasetId)).Count.ShouldBe(calls);
        events.ShouldAllBe(e => world.Outcomes(e).Count == 1);
        (await CaughtUpAsync()).ShouldBe(committed);
        (await AuditAsync(replay.Id)).ShouldBe(["ana replay.start", "dispatcher replay.done"]);
    }

    [FullFact]
    public async Task While_a_thousand_delivered_events_are_replayed_live_ones_are_as_fast_as_without()
    {
        var (replayed, live, from) = (await world.NewBrandAsync(), await world.NewBrandAsync(), TimeProvider.System.GetUtcNow());
        var events = Enumerable.Range(0, 1_000).Select(_ => world.Purchase(replayed)).ToList();
        await world.SendAllAsync(events);
        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Count > 0), Patience);
        var calls = (await world.CallsToAsync(replayed.DatasetId)).Count;
        async Task<TimeSpan> DeliverAsync()
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < 100; i++)
            {
                var (purchase, started) = (world.Purchase(live), Stopwatch.GetTimestamp());
                await world.SendAsync(purchase);
                (await world.OutcomeAsync(purchase)).State.ShouldBe(OutcomeState.Delivered);
                times.Add(Stopwatch.GetElapsedTime(started));
            }

            return times.Order().ElementAt(94);
        }

        var alone = await DeliverAsync();
        var replay = await Desk.StartAsync(Everything(replayed) with { From = new(null, from) }, 5, "ana", default);   // 100 a second of ours
        var beside = await DeliverAsync();

        beside.ShouldBeLessThan((alone * 1.5) + TimeSpan.FromMilliseconds(50));
        (await DoneAsync(replay)).Counts.ShouldBe(new Dictionary<string, long> { [ReplayVerdict.SkippedDelivered] = events.Count });
        (await world.CallsToAsync(replayed.DatasetId)).Count.ShouldBe(calls);
    }

    [Fact]
    public async Task What_died_is_sent_once_however_often_it_is_replayed_and_a_dry_run_says_so_before()
    {
        var brand = await world.NewBrandAsync();
        var (good, bad, poor) = (world.Purchase(brand), world.Purchase(brand), world.Purchase(brand) with { ValueMinor = null });
        await world.BehaveAsync(new { match = new { event_id = bad.EventId }, code = 100, subcode = 2804019 });
        await world.SendAllAsync([good, bad, poor]);
        await Eventually.Holds(async () => await StatesAsync(good, bad, poor) is "delivered dead dead", Patience);
        await world.BehaveAsync(new { match = new { event_id = bad.EventId }, latency_ms = 1 });

        var expected = new Dictionary<string, long> { [ReplayVerdict.SkippedDelivered] = 1, [ReplayVerdict.Send] = 1, [ReplayVerdict.Dead] = 1 };
        (await world.Dispatcher.GetRequiredService<ReplayTrial>().RunAsync(Everything(brand), rate: null, default)).ShouldBe(expected, ignoreOrder: true);
        (await StatesAsync(good, bad, poor)).ShouldBe("delivered dead dead");
        var first = await DoneAsync(await Desk.StartAsync(Everything(brand), 1_000, "ana", default));
        await Eventually.Holds(async () => await StatesAsync(bad) is "delivered", Patience);
        await Eventually.Holds(() => world.Outcomes(bad).Count == 2, Patience);
        var second = await DoneAsync(await Desk.StartAsync(Everything(brand), 1_000, "ana", default));

        first.Counts.ShouldBe(expected, ignoreOrder: true);
        second.Counts.GetValueOrDefault(ReplayVerdict.Send).ShouldBe(0);
        world.Outcomes(bad).Select(static o => (o.State, o.Revision)).ShouldBe([(OutcomeState.Dead, 1L), (OutcomeState.Delivered, 2L)]);
        (await world.ArrivedAsync(bad)).ShouldBe((1, 1));
        (await world.CallsAsync(good)).ShouldBeGreaterThan(0);
        (await world.ArrivedAsync(good)).ShouldBe((1, 1));
        world.Attempts(bad)[^1].LadderStep.ShouldBe(0, "a replay is a fresh ladder");
    }

    [Fact]
    public async Task Consent_is_asked_again()
    {
        var brand = await world.NewBrandAsync(ConsentBasis.Required);
        var purchase = world.Purchase(brand) with { ConsentSessions = ["session-1"] };
        await world.SendAsync(purchase);
        (await world.OutcomeAsync(purchase, Patience)).State.ShouldBe(OutcomeState.BlockedConsent);

        (await DoneAsync(await Desk.StartAsync(Everything(brand), 1_000, "ana", default))).Counts.ShouldBe(new Dictionary<string, long> { [ReplayVerdict.BlockedConsent] = 1 });
        (await world.CallsAsync(purchase)).ShouldBe(0);

        await world.ExecuteAsync(
            "insert into consents (brand_id, subject_kind, subject, ads, at, ingest_id) values ($1, 'session', $2, true, now(), gen_random_uuid())",
            brand.BrandId, Encoding.UTF8.GetBytes("session-1"));
        (await DoneAsync(await Desk.StartAsync(Everything(brand), 1_000, "ana", default))).Counts.ShouldBe(new Dictionary<string, long> { [ReplayVerdict.Send] = 1 });
        await Eventually.Holds(async () => await StatesAsync(purchase) is "delivered", Patience);
    }

    [Fact]
    public async Task A_range_is_replayed_by_one_at_a_time_until_it_is_cancelled()
    {
        var (brand, other) = (await world.NewBrandAsync(), await world.NewBrandAsync());
        await world.StopDispatcherAsync();   // nobody carries anything out meanwhile
        try
        {
            await world.SendAllAsync([world.Purchase(brand), world.Purchase(other)]);
            using var operators = world.NewHost(static builder => builder.AddReplayDesk());
            var desk = operators.Services.GetRequiredService<ReplayDesk>();
            var running = await desk.StartAsync(Everything(brand), 1, "ana", default);

            var refused = await Should.ThrowAsync<ReplayException>(() => desk.StartAsync(Everything(brand), 1, "bia", default));
            var forAll = await Should.ThrowAsync<ReplayException>(() => desk.StartAsync(Everything(brand) with { BrandId = null }, 1, "bia", default));
            var beside = await desk.StartAsync(Everything(other), 1, "bia", default);

            (refused.Code, forAll.Code).ShouldBe((ReplayException.InProgress, ReplayException.InProgress));
            refused.Message.ShouldContain(running.Id.ToString());
            (await desk.CancelAsync(running.Id, "ana", default)).State.ShouldBe("cancelled");
            (await Should.ThrowAsync<ReplayException>(() => desk.CancelAsync(running.Id, "ana", default))).Message.ShouldContain("is cancelled already");
            var again = await desk.StartAsync(Everything(brand), 1, "ana", default);
            (await desk.ListAsync(brand.BrandId, default)).Select(static r => r.Id).ShouldBe([again.Id, running.Id]);
            foreach (var id in new[] { again.Id, beside.Id })
                await desk.CancelAsync(id, "ana", default);
            (await AuditAsync(running.Id)).ShouldBe(["ana replay.start", "ana replay.cancel"]);
        }
        finally
        {
            await world.StartDispatcherAsync();
        }
    }

    private static ReplayWish Everything(TestBrand brand) => new(Topics.CapiDispatch.Name, new(Offset: 0, Time: null), To: null, brand.BrandId);

    private async Task<ReplayView> DoneAsync(ReplayView replay)
    {
        await Eventually.Holds(async () => (await Desk.FindAsync(replay.Id, default))!.State == "done", Patience);
        return (await Desk.FindAsync(replay.Id, default))!;
    }

    private async Task<string> StatesAsync(params DispatchReady[] events)
    {
        var states = new List<string?>();
        foreach (var e in events)
            states.Add(await world.RegistryAsync<string>(e, "state"));
        return string.Join(' ', states);
    }

    /// <summary>The live group's offsets, once it has committed all there is.</summary>
    private async Task<string> CaughtUpAsync()
    {
        var groups = world.Services.GetRequiredService<GroupAdmin>();
        IReadOnlyList<GroupPosition> positions = [];
        await Eventually.Holds(
            async () =>
            {
                positions = await groups.PositionsAsync(ConsumerGroups.Dispatcher, committed: null, default);
                return positions.All(static p => p.Topic != Topics.CapiDispatch.Name || p.End == 0 || p.Lag == 0);
            },
            Patience);
        return string.Join(' ', positions.Where(static p => p.Topic == Topics.CapiDispatch.Name).Select(static p => string.Create(CultureInfo.InvariantCulture, $"{p.Partition}={p.Committed}")));
    }

    private async Task<List<string>> AuditAsync(Guid replay)
    {
        await using var command = world.Postgres.CreateCommand("select actor || ' ' || action from audit_log where subject = $1 order by id");
        command.Parameters.Add(new() { Value = replay.ToString() });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        return found;
    }
}
