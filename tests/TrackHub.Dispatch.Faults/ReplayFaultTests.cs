using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Dispatch.Faults;

/// <summary>A replay whose dispatcher is killed goes on from its checkpoint, and each event is sent once.</summary>
public sealed class ReplayFaultTests(CrashWorld world) : IClassFixture<CrashWorld>
{
    private const int Events = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Two_dispatchers_die_halfway_through_a_replay_and_the_third_ends_it_with_every_event_sent_once()
    {
        var brand = await world.NewBrandAsync(ConsentBasis.Required);
        var events = Enumerable.Range(0, Events).Select(_ => world.Purchase(brand) with { ConsentSessions = ["session-1"] }).ToList();
        await world.SendAllAsync(events);
        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Count > 0), Patience);
        events.ShouldAllBe(e => world.Outcomes(e)[0].State == OutcomeState.BlockedConsent);
        await world.StopDispatcherAsync();
        await world.ExecuteAsync(
            "insert into consents (brand_id, subject_kind, subject, ads, at, ingest_id) values ($1, 'session', $2, true, now(), gen_random_uuid())",
            brand.BrandId, Encoding.UTF8.GetBytes("session-1"));
        using var operators = world.NewHost(static builder => builder.AddReplayDesk());
        var desk = operators.Services.GetRequiredService<ReplayDesk>();

        // Ten records a second are chunks of ten: four of them, so that there is something left after two deaths.
        var replay = await desk.StartAsync(new(Topics.CapiDispatch.Name, new(Offset: 0, Time: null), To: null, brand.BrandId), rate: 10, "ana", default);
        foreach (var point in new[] { FailPoints.TakenUp, FailPoints.Copied })
        {
            using var dying = await world.StartFaultyAsync(point);
            await Eventually.Holds(() => dying.HasExited, Patience);
            var halfway = (await desk.FindAsync(replay.Id, default))!;
            (halfway.State, halfway.Read < halfway.Records).ShouldBe(("running", true), point);
            await world.ExecuteAsync("update replays set lease_until = now()");
            await world.ExecuteAsync("update dedupe_registry set lease_until = now() where lease_until > now()");
        }

        await world.StartDispatcherAsync();
        await Eventually.Holds(async () => (await desk.FindAsync(replay.Id, default))!.State == "done", Patience);

        (await desk.FindAsync(replay.Id, default))!.Counts.ShouldBe(new Dictionary<string, long> { [ReplayVerdict.Send] = Events });
        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Any(static o => o.State == OutcomeState.Delivered)), Patience);
        foreach (var e in events)
        {
            world.Outcomes(e).Where(static o => o.State == OutcomeState.Delivered).Distinct().ShouldHaveSingleItem().Revision.ShouldBe(2);
            var unknown = await UnknownAsync(e);
            var (raw, deduplicated) = await world.ArrivedAsync(e);
            deduplicated.ShouldBe(1);
            raw.ShouldBeInRange(1, 1 + unknown, "an event is sent again only where the death left an attempt whose end nobody knows");
        }
    }

    private async Task<int> UnknownAsync(DispatchReady e)
    {
        await using var command = world.Postgres.CreateCommand("select count(*) from dispatch_attempts where outcome = 'unknown' and event_id = $1");
        command.Parameters.Add(new() { Value = e.EventId });
        return (int)(long)(await command.ExecuteScalarAsync())!;
    }
}
