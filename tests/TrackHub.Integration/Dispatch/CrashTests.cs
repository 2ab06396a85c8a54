using Microsoft.Extensions.DependencyInjection;
using TrackHub.Dispatch;
using TrackHub.Dispatch.Calling;
using TrackHub.Dispatch.Claiming;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Dispatch;

/// <summary>What a dispatcher leaves behind when it dies between two steps, and what the next one makes of it.</summary>
public sealed class CrashTests(DispatchWorld world) : IClassFixture<DispatchWorld>
{
    [Fact]
    public async Task After_a_crash_between_call_and_write_the_event_goes_again_under_its_id_once_the_lease_is_over()
    {
        var brand = await world.NewBrandAsync();
        var purchase = world.Purchase(brand);
        await world.StopDispatcherAsync();
        var coordinates = await world.SendAsync(purchase);
        await CallAndDieAsync(brand, purchase, coordinates);
        (await world.ArrivedAsync(purchase)).ShouldBe((1, 1));
        await world.ExecuteAsync("update dedupe_registry set lease_until = now() where event_id = $1", purchase.EventId);

        await world.StartDispatcherAsync();

        (await world.OutcomeAsync(purchase)).State.ShouldBe(OutcomeState.Delivered);
        (await world.ArrivedAsync(purchase)).ShouldBe((2, 1));
    }

    [Fact]
    public async Task While_a_dead_predecessor_s_lease_runs_the_record_waits_and_keeps_its_coordinates()
    {
        var brand = await world.NewBrandAsync();
        var purchase = world.Purchase(brand);
        await world.StopDispatcherAsync();
        var coordinates = await world.SendAsync(purchase);
        await CallAndDieAsync(brand, purchase, coordinates);

        await world.StartDispatcherAsync();

        await Eventually.Holds(() => world.Copies(Topics.CapiHold15S, purchase).Count == 1, TimeSpan.FromSeconds(30));
        var (record, value) = world.Copies(Topics.CapiHold15S, purchase)[0];
        record.Header(WaitingEvent.EnteredHeader).ShouldBe(coordinates.ToString());
        value.ShouldBe(purchase);
        (await world.OutcomeAsync(purchase, TimeSpan.FromSeconds(60))).State.ShouldBe(OutcomeState.Delivered);
        (await world.ArrivedAsync(purchase)).ShouldBe((2, 1));
    }

    [Fact]
    public async Task After_a_crash_between_write_and_offset_the_same_outcome_is_produced_again_without_a_call()
    {
        var brand = await world.NewBrandAsync();
        var purchase = world.Purchase(brand);
        var coordinates = await world.SendAsync(purchase);
        var first = await world.OutcomeAsync(purchase);

        // A record read again has the coordinates of its first life.
        await world.SendAsync(purchase, RecordHeaders.ForBrand(brand.BrandId).Set(WaitingEvent.EnteredHeader, coordinates.ToString()));

        await Eventually.Holds(() => world.Outcomes(purchase).Count == 2, TimeSpan.FromSeconds(30));
        world.Outcomes(purchase)[1].ShouldBe(first);
        (await world.CallsAsync(purchase)).ShouldBe(1);
    }

    [Fact]
    public async Task A_restart_goes_on_from_the_stored_offsets()
    {
        var brand = await world.NewBrandAsync();
        var before = world.Purchase(brand);
        await world.SendAsync(before);
        await world.OutcomeAsync(before);
        await world.StopDispatcherAsync();
        var meanwhile = world.Purchase(brand);
        await world.SendAsync(meanwhile);

        await world.StartDispatcherAsync();

        (await world.OutcomeAsync(meanwhile)).State.ShouldBe(OutcomeState.Delivered);
        world.Outcomes(before).ShouldHaveSingleItem();
    }

    /// <summary>Does what a dispatcher does up to the answer, and nothing after it.</summary>
    private async Task CallAndDieAsync(TestBrand brand, DispatchReady ready, RecordCoordinates coordinates)
    {
        using var dead = world.NewHost(static builder => builder.AddDispatch());
        var e = new WaitingEvent(new() { Coordinates = coordinates, Timestamp = default }, ready, arrivedAt: 0, default);
        var claim = await dead.Services.GetRequiredService<RegistryClaims>().ClaimAsync([new(e, new("", "", ConsentBasis.Granted), 0)], "dead", default);
        claim.ShouldHaveSingleItem().Result.ShouldBe(ClaimResult.Claimed);
        var pixel = world.Services.GetRequiredService<TenantDirectory>().Current.Pixel(brand.PixelId)!;
        var userData = new UserData { Em = [new string('a', 64)] };
        await dead.Services.GetRequiredService<MetaClient>().SendAsync(pixel, EventPayload.Write([(ready, userData)], null, null, TimeProvider.System.GetUtcNow()), default);
    }
}
