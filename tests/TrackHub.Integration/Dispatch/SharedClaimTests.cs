using Npgsql;
using TrackHub.Dispatch;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Recording;
using TrackHub.Dispatch.Verdicts;
using static TrackHub.Integration.Dispatch.RegistryEvents;

namespace TrackHub.Integration.Dispatch;

/// <summary>Claims and results of lanes that ask at the same time.</summary>
public sealed class SharedClaimTests(DispatchWorld world) : RegistryTest(world)
{
    [Fact]
    public async Task Calls_of_many_lanes_share_transactions_and_each_has_its_own_audit()
    {
        var calls = new List<(string Id, List<WaitingEvent> Events)>();
        for (var i = 1; i <= 12; i++)
        {
            var brand = await World.NewBrandAsync();
            calls.Add(($"batch-{Guid.NewGuid()}", [.. Enumerable.Range(1, i).Select(n => Waiting(World.Purchase(brand), n))]));
        }

        var claims = await Task.WhenAll(calls.Select(call => Claims.ClaimAsync([.. call.Events.Select(static e => new ClaimWish(e, Open, 0))], call.Id, default)));
        await Task.WhenAll(claims.Zip(calls, (claimed, call) => Results.WriteAsync(
            [.. claimed.Select(static c => EventResult.Of(c, new(Verdict.Delivered, "")))],
            new(call.Id, null, new() { Transport = Transport.Answered, TraceId = $"trace of {call.Id}" }),
            lane: null,
            default)));

        await using var command = World.Postgres.CreateCommand(
            "select batch_id, batch_size, trace_id, count(*), array_agg(event_id), min(outcome), min(started_at) from dispatch_attempts where batch_id = any ($1) group by 1, 2, 3");
        command.Parameters.Add(new() { Value = calls.ConvertAll(static call => call.Id).ToArray() });
        await using var reader = await command.ExecuteReaderAsync();
        var (audited, transactions) = (0, new HashSet<DateTime>());
        while (await reader.ReadAsync())
        {
            var call = calls.Single(c => c.Id == reader.GetString(0));
            (reader.GetInt32(1), reader.GetInt64(3)).ShouldBe((call.Events.Count, call.Events.Count));
            (reader.GetString(2), reader.GetString(5)).ShouldBe(($"trace of {call.Id}", "delivered"));
            reader.GetFieldValue<string[]>(4).ShouldBe(call.Events.Select(static e => e.Ready.EventId), ignoreOrder: true);
            transactions.Add(reader.GetDateTime(6));
            audited++;
        }

        audited.ShouldBe(calls.Count);
        transactions.Count.ShouldBeLessThan(calls.Count);
    }

    [Fact]
    public async Task An_event_that_PostgreSQL_refuses_keeps_nobody_else_from_its_claim()
    {
        var events = new List<WaitingEvent>();
        for (var i = 0; i < 6; i++)
            events.Add(Waiting(World.Purchase(await World.NewBrandAsync()), 1));
        events[3] = Waiting(events[3].Ready with { EventId = "a\0b" }, 1);

        var claims = events.ConvertAll(e => Claims.ClaimAsync([new(e, Open, 0)], "batch", default));

        await claims[3].ShouldThrowAsync<PostgresException>();
        foreach (var claim in claims.Where((_, i) => i != 3))
            (await claim).ShouldHaveSingleItem().Result.ShouldBe(ClaimResult.Claimed);
    }
}
