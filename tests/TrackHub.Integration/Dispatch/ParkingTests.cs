using Microsoft.Extensions.DependencyInjection;
using TrackHub.Dispatch.Parking;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>Events whose token, permission or pixel is gone: kept, counted down, taken up again.</summary>
[Collection(nameof(FastWorld))]
public sealed class ParkingTests(FastWorld world)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private LaneDesk Desk => world.Dispatcher.GetRequiredService<LaneDesk>();

    private TenantAdmin Admin => world.Services.GetRequiredService<TenantAdmin>();

    [Fact]
    public async Task A_revoked_token_costs_one_call_and_a_new_one_delivers_everything_by_itself()
    {
        var brand = await world.NewBrandAsync();
        await SetTokenAsync(brand, "revoked-token-1");
        await world.BehaveAsync(new { match = new { token = "revoked-token-1" }, code = 190, subcode = 460 });
        var events = Enumerable.Range(0, 100).Select(_ => world.Purchase(brand)).ToList();

        await world.SendAllAsync(events);

        await Eventually.Holds(async () => (await LaneAsync(brand)) is { State: "parked", Parked: 100 }, Patience);
        var lane = await LaneAsync(brand);
        (lane.Reason, string.Join(',', lane.ParkedReasons), lane.Until).ShouldBe(("token", "token", null));
        (lane.FirstExpiresAt!.Value - TimeProvider.System.GetUtcNow()).ShouldBeInRange(TimeSpan.FromDays(6.9), TimeSpan.FromDays(7));
        (await world.CallsToAsync(brand.DatasetId)).ShouldHaveSingleItem();
        events.ShouldAllBe(e => world.Outcomes(e).Count == 0);

        await SetTokenAsync(brand, "fresh-token-1");

        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Count > 0), Patience);
        events.ShouldAllBe(e => world.Outcomes(e)[0].State == OutcomeState.Delivered);
        (await world.CallsToAsync(brand.DatasetId))[1].Events.ShouldBe(1, "the first call shows whether the new token is good");
        (await world.LaneAsync<string>(brand, "state")).ShouldBe("closed");
        (await AuditAsync(brand)).ShouldBe(["dispatcher 100"]);
    }

    [Fact]
    public async Task A_token_replaced_by_another_dead_one_costs_one_more_call_and_parks_again()
    {
        var brand = await world.NewBrandAsync();
        await SetTokenAsync(brand, "revoked-token-2");
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, code = 190 });
        var events = Enumerable.Range(0, 5).Select(_ => world.Purchase(brand)).ToList();
        await world.SendAllAsync(events);
        await Eventually.Holds(async () => (await LaneAsync(brand)) is { State: "parked", Parked: 5 }, Patience);

        await SetTokenAsync(brand, "revoked-token-3");

        await Eventually.Holds(async () => (await AuditAsync(brand)).Count == 1, Patience);
        await Eventually.Holds(async () => (await LaneAsync(brand)) is { State: "parked", Parked: 5 }, Patience);
        (await world.CallsToAsync(brand.DatasetId)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_an_operator_resumed_is_sent_whoever_dies_in_between()
    {
        var brand = await world.NewBrandAsync();
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, code = 200, times = 1 });
        var events = Enumerable.Range(0, 3).Select(_ => world.Purchase(brand)).ToList();
        await world.SendAllAsync(events);
        await Eventually.Holds(async () => (await LaneAsync(brand)) is { State: "parked", Reason: "permission", Parked: 3 }, Patience);
        await Eventually.Holds(() => events.TrueForAll(e => world.Copies(Topics.Parked, e).Count > 0));
        await world.StopDispatcherAsync();
        using var dead = world.NewHost(static builder => TrackHub.Dispatch.DispatchRole.AddDispatch(builder));

        // Killed after the transaction, then between the copies and the note that they are made: twice.
        (await dead.Services.GetRequiredService<LaneDesk>().ResumeAsync(brand.BrandId, brand.PixelId, new("ana"), default)).ShouldBe(3);
        (await world.LaneAsync<string>(brand, "state")).ShouldBe("open");
        for (var i = 0; i < 2; i++)
        {
            (await dead.Services.GetRequiredService<ParkedRelease>().RunAsync(new(brand.BrandId, brand.PixelId), default)).ShouldBe(3);
            await world.ExecuteAsync("update dedupe_registry set reason = 'resumed' where brand_id = $1", brand.BrandId);
        }

        await world.StartDispatcherAsync();

        foreach (var e in events)
        {
            await Eventually.Holds(() => world.Outcomes(e).Count > 0, Patience);
            (await world.ArrivedAsync(e)).ShouldBe((1, 1));
        }

        (await AuditAsync(brand)).ShouldBe(["ana 3"]);
        (await Desk.ResumeAsync(brand.BrandId, brand.PixelId, new("ana"), default)).ShouldBe(0);
    }

    [Fact]
    public async Task A_pixel_switched_on_again_takes_its_events_up()
    {
        var brand = await world.NewBrandAsync();
        await Admin.SetPixelAsync(brand.PixelId, "active", "false");
        await world.KnownAsync(snapshot => snapshot.Pixel(brand.PixelId) is { Active: false });
        var purchase = world.Purchase(brand);
        await world.SendAsync(purchase);
        await Eventually.Holds(() => world.Copies(Topics.Parked, purchase).Count == 1, Patience);
        (await LaneAsync(brand)).ParkedReasons.ShouldBe(["pixel_inactive"]);

        await Admin.SetPixelAsync(brand.PixelId, "active", "true");

        (await world.OutcomeAsync(purchase, Patience)).State.ShouldBe(OutcomeState.Delivered);
    }

    [Fact]
    public async Task What_stays_parked_for_a_week_expires_with_an_outcome_and_no_call()
    {
        var brand = await world.NewBrandAsync();
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, code = 190 });
        var (old, young) = (world.Purchase(brand), world.Purchase(brand));
        await world.SendAllAsync([old, young]);
        await Eventually.Holds(async () => (await LaneAsync(brand)).Parked == 2, Patience);

        await world.ExecuteAsync("update dedupe_registry set event_time = now() - interval '7 days' where event_id = $1", old.EventId);

        var outcome = await world.OutcomeAsync(old, Patience);
        (outcome.State, outcome.Reason, outcome.Destination, outcome.Revision).ShouldBe((OutcomeState.Expired, "parked_token", brand.PixelId, 1L));
        await Eventually.Holds(async () => await world.RegistryAsync<string>(old, "state") == "expired");
        (await LaneAsync(brand)).Parked.ShouldBe(1);
        (await world.CallsToAsync(brand.DatasetId)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_might_count_twice_is_not_resumed_with_its_lane()
    {
        var brand = await world.NewBrandAsync();
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, events_received = 7, times = 1 });
        var purchase = world.Purchase(brand);
        await world.SendAsync(purchase);
        await Eventually.Holds(async () => (await LaneAsync(brand)) is { State: "closed", Parked: 1 }, Patience);

        (await Desk.ResumeAsync(brand.BrandId, brand.PixelId, new("ana"), default)).ShouldBe(0);

        (await world.RegistryAsync<string>(purchase, "state || ' ' || reason")).ShouldBe("parked count_differs");
    }

    [Fact]
    public async Task What_might_count_twice_is_sent_again_by_an_operator_who_says_so_and_only_then()
    {
        var brand = await world.NewBrandAsync();
        await world.BehaveAsync(new { match = new { dataset = brand.DatasetId }, drop = "after", times = 2 });
        var (wanted, other) = (world.Purchase(brand), world.Purchase(brand));
        foreach (var purchase in new[] { wanted, other })
        {
            await world.SendAsync(purchase);
            await Eventually.Holds(async () => await world.RegistryAsync<string>(purchase, "state") is "retry", Patience);

            // Two days went by before its copy came.
            await world.ExecuteAsync("update dedupe_registry set unknown_since = now() - interval '2 days' where event_id = $1", purchase.EventId);
        }

        await Eventually.Holds(async () => await LaneAsync(brand) is { Parked: 2, ParkedReasons: ["ambiguous_expired"] }, Patience);
        (await world.ArrivedAsync(wanted)).ShouldBe((1, 1));

        (await Desk.ResumeAsync(brand.BrandId, brand.PixelId, new("ana") { EvenAmbiguous = true, EventId = wanted.EventId }, default)).ShouldBe(1);

        (await world.OutcomeAsync(wanted, Patience)).State.ShouldBe(OutcomeState.Delivered);
        (await world.ArrivedAsync(wanted)).ShouldBe((2, 1));
        (await world.RegistryAsync<string>(other, "state || ' ' || reason")).ShouldBe("parked ambiguous_expired");
        (await AuditAsync(brand)).ShouldBe(["ana 1"]);
    }

    private async Task<LaneView> LaneAsync(TestBrand brand) =>
        (await Desk.ListAsync(brand.BrandId, default)).SingleOrDefault()
        ?? new() { BrandId = brand.BrandId, PixelId = brand.PixelId, State = "", Reason = "", Since = null, Until = null, Failures = 0, LastSuccessAt = null, Parked = 0, ParkedReasons = [], FirstExpiresAt = null };

    private async Task SetTokenAsync(TestBrand brand, string token)
    {
        await Admin.SetPixelAsync(brand.PixelId, "token", token);
        await world.KnownAsync(snapshot => snapshot.Pixel(brand.PixelId)?.Token.Reveal() == token);
    }

    private async Task<List<string>> AuditAsync(TestBrand brand)
    {
        await using var command = world.Postgres.CreateCommand(
            "select actor || ' ' || (detail ->> 'events') from audit_log where action = 'lane.resume' and subject = $1 order by id");
        command.Parameters.Add(new() { Value = brand.PixelId });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        return found;
    }
}
