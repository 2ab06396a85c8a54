using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Dispatch.Parking;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>Meta away, throttling or answering nonsense. Times are the world's, twenty times as fast; <c>TRACKHUB_TEST_FULL</c> takes them whole.</summary>
[Collection(nameof(FastWorld))]
public sealed class OutageTests(FastWorld world)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // As many calls of a lane may be at work at once, each of them told to wait.
    private const int LaneCalls = 4;

    private static bool IsFull => FullFactAttribute.IsFull;

    [Fact]
    public async Task Meta_away_while_events_come_one_by_one_delivers_all_without_a_hand()
    {
        var brand = await world.NewBrandAsync();
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, drop = "before" });
        var events = new List<DispatchReady>();

        // In full ten minutes at one event a minute.
        for (var i = 0; i < 10; i++)
        {
            events.Add(world.Purchase(brand));
            await world.SendAsync(events[^1]);
            await Task.Delay(TimeSpan.FromSeconds(IsFull ? 60 : 3) / 20);
        }

        events.ShouldAllBe(e => world.Outcomes(e).Count == 0);
        await world.StopBehaviourAsync(brand);

        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Count > 0), Patience);
        foreach (var e in events)
        {
            world.Outcomes(e).ShouldHaveSingleItem().State.ShouldBe(OutcomeState.Delivered);
            (await world.ArrivedAsync(e)).ShouldBe((1, 1));
        }
    }

    [Fact]
    public async Task A_throttled_lane_s_backlog_moves_on_and_another_lane_is_as_fast_as_alone()
    {
        var (crowded, other) = (await world.NewBrandAsync(), await world.NewBrandAsync());
        var alone = await DeliverAsync(other, IsFull ? 100 : 15);
        var pause = TimeSpan.FromSeconds(IsFull ? 600 : 280);
        var from = world.Now;
        await world.BehaveAsync(new { match = new { dataset = crowded.DatasetId }, status = 429, retry_after_s = (int)pause.TotalSeconds });
        await world.SendAsync(world.Purchase(crowded));
        await Eventually.Holds(async () => await world.LaneAsync<string>(crowded, "reason") == "throttled", Patience);

        var backlog = Enumerable.Range(0, IsFull ? 50_000 : 1_000).Select(_ => world.Purchase(crowded)).ToList();
        foreach (var part in backlog.Chunk(5_000))
            await world.SendAllAsync(part);
        var memory = new List<long>();
        var beside = await DeliverAsync(other, IsFull ? 100 : 15, () => memory.Add(Environment.WorkingSet));

        // The dispatcher's group has passed every record of the backlog although none was sent: one call, and a few whenever a pause ran out since.
        await Eventually.Holds(async () => await LagAsync() == 0, Patience);
        var calls = (await world.CallsToAsync(crowded.DatasetId)).Count;
        calls.ShouldBeLessThanOrEqualTo(1 + (LaneCalls * (int)((world.Now - from) / pause)));
        if (IsFull)
        {
            beside.ShouldBeLessThan((alone * 1.5) + TimeSpan.FromMilliseconds(50));
            (memory[^1] - memory[0]).ShouldBeLessThan(200 << 20);
        }

        await world.StopBehaviourAsync(crowded);
        await world.Dispatcher.GetRequiredService<LaneDesk>().ResumeAsync(crowded.BrandId, crowded.PixelId, new("ana"), default);
        await Eventually.Holds(async () => await CountAsync(crowded.BrandId, "delivered") == backlog.Count + 1, IsFull ? TimeSpan.FromMinutes(5) : Patience);
        (await CountAsync(crowded.BrandId, "delivered", attempt: 1)).ShouldBe(backlog.Count + 1);
    }

    [Fact]
    public async Task An_answer_that_is_none_is_never_taken_for_a_delivery()
    {
        using var elsewhere = new TcpListener(IPAddress.Loopback, 0);
        elsewhere.Start();
        var answers = new (string Name, object Behaviour, AttemptOutcome Outcome)[]
        {
            ("one byte a second", new { drip = true }, AttemptOutcome.Unknown),
            ("without end", new { body = "endless" }, AttemptOutcome.Unknown),
            ("a bomb", new { body = "gzip_bomb" }, AttemptOutcome.Unknown),
            ("junk", new { body = "junk" }, AttemptOutcome.Unknown),
            ("nothing", new { body = "empty" }, AttemptOutcome.Unknown),
            ("none received", new { events_received = 0 }, AttemptOutcome.Unknown),
            ("a fault's page", new { body = "html", status = 502 }, AttemptOutcome.Retry),
            ("elsewhere", new { redirect = $"http://127.0.0.1:{((IPEndPoint)elsewhere.LocalEndpoint).Port}/" }, AttemptOutcome.Retry),
        };
        var sent = new List<(string Name, DispatchReady Event, AttemptOutcome Outcome)>();
        foreach (var (name, behaviour, outcome) in answers)
        {
            var brand = await world.NewBrandAsync();
            var with = System.Text.Json.JsonSerializer.SerializeToNode(behaviour)!.AsObject();
            with["match"] = new System.Text.Json.Nodes.JsonObject { ["dataset"] = brand.DatasetId };
            with["times"] = 1;
            await world.BehaveAsync(with);
            sent.Add((name, world.Purchase(brand), outcome));
        }

        await world.SendAllAsync(sent.Select(static one => one.Event));

        foreach (var (name, e, outcome) in sent)
        {
            (await world.OutcomeAsync(e, Patience)).State.ShouldBe(OutcomeState.Delivered, name);
            await Eventually.Holds(() => world.Attempts(e).Count == 2);
            world.Attempts(e).Select(static attempt => attempt.Outcome).ShouldBe([outcome, AttemptOutcome.Delivered], name);
            world.Attempts(e)[0].LatencyMs.ShouldBeLessThan(60_000, $"{name}: the slowest would take longer, or never end");
        }

        elsewhere.Pending().ShouldBeFalse("a redirect is not followed");
    }

    [Fact]
    public async Task Too_old_while_it_waited_expires_alone_and_a_late_one_is_delivered_with_a_flag()
    {
        var brand = await world.NewBrandAsync();
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, status = 429, retry_after_s = 40, times = 1 });
        var (fresh, late) = (world.Purchase(brand), world.Purchase(brand) with { EventTime = world.Now.AddDays(-2).AddMinutes(-5) });

        // A minute less than seven days is the limit: half a minute before it, and it waits longer.
        var ageing = world.Purchase(brand) with { EventTime = world.Now - TimeSpan.FromDays(7) + TimeSpan.FromSeconds(90) };
        await world.SendAllAsync([fresh, ageing, late]);

        (await world.OutcomeAsync(ageing, Patience)).State.ShouldBe(OutcomeState.Expired);
        foreach (var (e, reason) in new[] { (fresh, ""), (late, "after_48h") })
        {
            var outcome = await world.OutcomeAsync(e, Patience);
            (outcome.State, outcome.Reason).ShouldBe((OutcomeState.Delivered, reason));
        }

        (await world.ArrivedAsync(ageing)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task An_event_is_delivered_by_its_sixth_attempt()
    {
        var brand = await world.NewBrandAsync();
        var patient = world.Purchase(brand);
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, status = 500, times = 5 });

        await world.SendAsync(patient);

        (await world.OutcomeAsync(patient, Patience)).State.ShouldBe(OutcomeState.Delivered);
        await Eventually.Holds(() => world.Attempts(patient).Count == 6);
        Ladder.ShouldBeClimbed(world.Attempts(patient), speed: 20);
    }

    [Fact]
    public async Task What_Meta_cannot_bear_dies_alone_after_six_attempts_and_takes_no_company_along()
    {
        var brand = await world.NewBrandAsync();
        var hopeless = world.Purchase(brand);
        await world.BehaveAsync(new { match = new { event_id = hopeless.EventId }, status = 500 });
        var company = Enumerable.Range(0, 7).Select(_ => world.Purchase(brand)).ToList();
        await world.SendAllAsync([hopeless, .. company]);

        // The lane goes on meanwhile: without a success the event would be held, not dead.
        var started = Stopwatch.GetTimestamp();
        while (world.Outcomes(hopeless).Count == 0 && Stopwatch.GetElapsedTime(started) < Patience)
        {
            company.Add(world.Purchase(brand));
            await world.SendAsync(company[^1]);
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        var end = await world.OutcomeAsync(hopeless);
        (end.State, end.Reason).ShouldBe((OutcomeState.Dead, "exhausted"));
        await Eventually.Holds(() => world.Attempts(hopeless).Count > 0 && world.Attempts(hopeless)[^1].Attempt == 6);
        world.Attempts(hopeless).Max(static attempt => attempt.Attempt).ShouldBe(6);
        world.Seen<DeadLetter>(Topics.DeadLetters).Count(letter => letter.Value.EventId == hopeless.EventId).ShouldBe(1);
        foreach (var e in company)
            (await world.OutcomeAsync(e, Patience)).State.ShouldBe(OutcomeState.Delivered);
    }

    /// <summary>Delivers events one after the other; the 95th percentile of their times from log to outcome.</summary>
    private async Task<TimeSpan> DeliverAsync(TestBrand brand, int count, Action? each = null)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < count; i++)
        {
            var purchase = world.Purchase(brand);
            var started = Stopwatch.GetTimestamp();
            await world.SendAsync(purchase);
            (await world.OutcomeAsync(purchase, Patience)).State.ShouldBe(OutcomeState.Delivered);
            times.Add(Stopwatch.GetElapsedTime(started));
            each?.Invoke();
        }

        return times.Order().ElementAt(count * 95 / 100);
    }

    private async Task<long> LagAsync()
    {
        var committed = await world.Services.GetRequiredService<GroupOffsets>().CommittedAsync(ConsumerGroups.Dispatcher, default);
        await using var consumer = world.Services.GetRequiredService<RecordConsumerFactory>().Create(new() { Group = "lag", Topics = [Topics.CapiDispatch] });
        var places = Enumerable.Range(0, Topics.CapiDispatch.Partitions).Select(static p => (Topics.CapiDispatch.Name, p)).ToList();
        var ends = await consumer.EndOffsetsAsync(places, default);
        return places.Sum(place => ends[place] - committed.GetValueOrDefault(place));
    }

    private async Task<long> CountAsync(string brandId, string state, int? attempt = null)
    {
        await using var command = world.Postgres.CreateCommand(
            "select count(*) from dedupe_registry where brand_id = $1 and state = $2 and ($3::int is null or attempt = $3)");
        command.Parameters.Add(new() { Value = brandId });
        command.Parameters.Add(new() { Value = state });
        command.Parameters.Add(new() { Value = (object?)attempt ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
