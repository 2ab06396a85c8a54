using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Recording;
using TrackHub.Dispatch.Verdicts;
using static TrackHub.Integration.Dispatch.RegistryEvents;

namespace TrackHub.Integration.Dispatch;

/// <summary>Claims and results on a real database, without a log.</summary>
public sealed class RegistryTests(DispatchWorld world) : RegistryTest(world)
{
    private static readonly CallRecord NoCall = new("batch", null, null);

    [Fact]
    public async Task A_claim_holds_against_its_own_reader_and_other_copies_until_its_lease_ends()
    {
        var first = await NewAsync(offset: 1);
        var copy = Again(first, offset: 2);

        (await ClaimAsync(first)).Result.ShouldBe(ClaimResult.Claimed);
        (await ClaimAsync(first)).Result.ShouldBe(ClaimResult.Busy);
        (await ClaimAsync(copy)).Result.ShouldBe(ClaimResult.Stale);
        await EndLeaseAsync(first);

        var taken = await ClaimAsync(first);
        (taken.Result, taken.Row.Attempt, taken.Row.HasUnknown).ShouldBe((ClaimResult.Claimed, 1, true));
        (await OutcomesOfAsync(first)).ShouldBe(["unknown", "started"]);
    }

    [Fact]
    public async Task A_zombie_s_result_is_not_written_over_its_successor_s_claim()
    {
        var e = await NewAsync();
        var zombie = await ClaimAsync(e);
        await EndLeaseAsync(e);
        var successor = await ClaimAsync(e);
        successor.Row.Fence.ShouldBeGreaterThan(zombie.Row.Fence);

        (await WriteAsync(zombie, new(Verdict.Dead, "invalid"))).ShouldBeNull();
        (await World.RegistryAsync<string>(e.Ready, "state")).ShouldBe("claimed");

        (await WriteAsync(successor, new(Verdict.Delivered, "")))!.State.ShouldBe("delivered");
    }

    [Fact]
    public async Task A_result_written_twice_says_the_same()
    {
        var claim = await ClaimAsync(await NewAsync());

        var once = await WriteAsync(claim, new(Verdict.Retry, "timeout", OutcomeKnown: false));
        var twice = await WriteAsync(claim, new(Verdict.Retry, "timeout", OutcomeKnown: false));

        twice.ShouldBe(once! with { UpdatedAt = twice!.UpdatedAt });
        (await OutcomesOfAsync(claim.Event)).ShouldBe(["unknown"]);
    }

    [Fact]
    public async Task Only_the_copy_whose_attempts_equal_the_row_s_goes_on()
    {
        var first = await NewAsync(offset: 1);
        await WriteAsync(await ClaimAsync(first), new(Verdict.Retry, "meta_error"));
        var next = Again(first, offset: 2, attempt: 1, step: 1);
        var another = Again(first, offset: 3, attempt: 1, step: 1);
        var old = Again(first, offset: 4);

        (await ClaimAsync(first)).Result.ShouldBe(ClaimResult.Settled);   // read again: it makes its copy again
        (await ClaimAsync(old)).Result.ShouldBe(ClaimResult.Stale);
        var claim = await ClaimAsync(next);
        (claim.Result, claim.Row.Attempt, claim.Row.LadderStep).ShouldBe((ClaimResult.Claimed, 2, 1));
        (await ClaimAsync(another)).Result.ShouldBe(ClaimResult.Stale);
        (await ClaimAsync(first)).Result.ShouldBe(ClaimResult.Stale);
    }

    [Fact]
    public async Task A_held_event_keeps_its_attempt_and_its_copy_claims()
    {
        var first = await NewAsync(offset: 1);
        (await WriteAsync(await ClaimAsync(first), new(Verdict.Hold, "throttled")))!.Attempt.ShouldBe(0);

        var claim = await ClaimAsync(Again(first, offset: 2, entered: first.Entered));

        (claim.Result, claim.Row.Attempt).ShouldBe((ClaimResult.Claimed, 1));
    }

    [Fact]
    public async Task A_renewal_takes_a_new_fence_and_only_the_owner_gets_it()
    {
        var e = await NewAsync();
        var claim = await ClaimAsync(e);

        var renewed = (await Claims.ClaimAsync([new(e, Open, claim.Row.Fence)], "second", default)).ShouldHaveSingleItem();
        var again = (await Claims.ClaimAsync([new(e, Open, claim.Row.Fence)], "third", default)).ShouldHaveSingleItem();

        (renewed.Result, renewed.Row.Attempt).ShouldBe((ClaimResult.Claimed, 1));
        renewed.Row.Fence.ShouldBeGreaterThan(claim.Row.Fence);
        again.Result.ShouldBe(ClaimResult.Busy);
        (await OutcomesOfAsync(e)).ShouldBe(["hold", "started"]);   // the first call was never begun
    }

    [Fact]
    public async Task Consent_withdrawn_before_a_renewal_ends_the_event()
    {
        var brand = await World.NewBrandAsync();
        var e = Waiting(World.Purchase(brand) with { ConsentAds = true, ConsentSessions = ["s-9"] }, 1);
        var claim = await ClaimAsync(e);
        await World.ExecuteAsync(
            "insert into consents (brand_id, subject_kind, subject, ads, at, ingest_id) values ($1, 'session', convert_to('s-9', 'UTF8'), false, now(), gen_random_uuid())",
            brand.BrandId);

        var renewed = (await Claims.ClaimAsync([new(e, Open, claim.Row.Fence)], "second", default)).ShouldHaveSingleItem();

        (renewed.Result, renewed.Row.State, renewed.Row.Reason, renewed.Row.Attempt).ShouldBe((ClaimResult.Settled, "blocked_consent", "refused", 0));
    }

    [Fact]
    public async Task An_ended_ladder_is_dead_where_the_lane_succeeded_since_and_held_where_it_did_not()
    {
        var outage = await NewAsync();
        var began = TimeProvider.System.GetUtcNow().AddSeconds(-40);
        var held = await WriteAsync(await ClaimAsync(Again(outage, 1, attempt: 5, step: 5, began)), new(Verdict.Retry, "http_error"));
        (held!.State, held.Reason, held.Attempt, held.LadderStep).ShouldBe(("held", "lane_away", 6, 0));

        var brand = await World.NewBrandAsync();
        await WriteAsync(await ClaimAsync(Waiting(World.Purchase(brand), 1)), new(Verdict.Delivered, ""));
        var bad = Again(Waiting(World.Purchase(brand), 2), 2, attempt: 5, step: 5, began);
        var dead = await WriteAsync(await ClaimAsync(bad), new(Verdict.Retry, "http_error"));
        (dead!.State, dead.Reason).ShouldBe(("dead", EventResult.Exhausted));
    }

    [Fact]
    public async Task An_unknown_outcome_of_two_days_is_parked_and_not_sent_again()
    {
        var e = await NewAsync();
        await ClaimAsync(e);
        await World.ExecuteAsync(
            "update dedupe_registry set lease_until = now() - interval '1 second', updated_at = now() - interval '47 hours 1 minute' where event_id = $1", e.Ready.EventId);

        var claim = await ClaimAsync(e);

        (claim.Result, claim.Row.State, claim.Row.Reason, claim.Row.Attempt).ShouldBe((ClaimResult.Settled, "parked", "ambiguous_expired", 0));
    }

    [Fact]
    public async Task Many_at_once_have_one_winner()
    {
        var events = new List<WaitingEvent>();
        var first = await NewAsync(offset: 0);
        for (var i = 0; i < 20; i++)
            events.Add(Again(first, offset: i));

        // Each by a process of its own: those of one go one after the other.
        var options = Services.GetRequiredService<IOptions<DispatchOptions>>();
        var claims = await Task.WhenAll(events.Select(async e => (await new RegistryClaims(World.Postgres, options).ClaimAsync([new(e, Open, 0)], "batch", default)).ShouldHaveSingleItem()));

        claims.Count(static claim => claim.Result is ClaimResult.Claimed).ShouldBe(1);
        claims.Count(static claim => claim.Result is ClaimResult.Stale).ShouldBe(19);
    }

    private async Task<WaitingEvent> NewAsync(long offset = 1) => Waiting(World.Purchase(await World.NewBrandAsync()), offset);

    private async Task<ClaimedEvent> ClaimAsync(WaitingEvent e) => (await Claims.ClaimAsync([new(e, Open, 0)], "batch", default)).ShouldHaveSingleItem();

    private async Task<RegistryRow?> WriteAsync(ClaimedEvent claim, Ruling ruling) =>
        (await Results.WriteAsync([EventResult.Of(claim, ruling)], NoCall, lane: null, default)).GetValueOrDefault(claim.Event.Key);

    private Task EndLeaseAsync(WaitingEvent e) =>
        World.ExecuteAsync("update dedupe_registry set lease_until = now() - interval '1 second' where event_id = $1", e.Ready.EventId);

    private async Task<List<string>> OutcomesOfAsync(WaitingEvent e)
    {
        await using var command = World.Postgres.CreateCommand("select outcome from dispatch_attempts where event_id = $1 order by fence");
        command.Parameters.Add(new() { Value = e.Ready.EventId });
        await using var reader = await command.ExecuteReaderAsync();
        var outcomes = new List<string>();
        while (await reader.ReadAsync())
            outcomes.Add(reader.GetString(0));
        return outcomes;
    }
}
