using StackExchange.Redis;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching;

/// <summary>Clicks that come late, records that make no sense, and a Redis that forgets.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class LateAndLostTests(MatchingWorld world)
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_click_that_comes_after_its_sale_is_found_by_a_later_pass(int pass)
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var sale = told.Sale(session: session);
        var click = told.Click(session: session) with { EventTime = sale.ReceivedAt.AddSeconds(-1), ReceivedAt = sale.ReceivedAt.AddSeconds(4) };

        await world.ProduceAsync(sale);
        await WaitsInAsync(Topics.PendingMatch5S, sale);
        if (pass == 3)
            await WaitsInAsync(Topics.PendingMatch60S, sale);
        await world.ProduceAsync(click);
        await world.HoldsWithLeapsAsync(brand, () => world.ConcludedAsync(sale));

        var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
        conversion.Passes.ShouldBe(pass);
        conversion.Click!.EventId.ShouldBe(click.EventId);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public async Task A_matcher_whose_clock_is_wrong_decides_by_the_events_own_times(int minutesAhead)
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var at = DateTimeOffset.FromUnixTimeMilliseconds(world.Clock.GetUtcNow().AddMinutes(-minutesAhead).ToUnixTimeMilliseconds());
        var oldest = at - brand.Settings.Window;
        foreach (var (happened, isFound) in new[] { (at.AddSeconds(-1), true), (oldest.AddMinutes(1), true), (oldest.AddMinutes(-1), false), (at.AddSeconds(1), false) })
        {
            var session = Told.Unique("s");
            var click = told.Click(session: session) with { EventTime = happened, ReceivedAt = at };
            var sale = told.Sale(kind: SaleKind.Refused, session: session) with { EventTime = at, ReceivedAt = at };   // of a kind that does not wait
            await world.ProduceAsync(click);
            await world.ProduceAsync(sale);

            var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
            (conversion.Click?.EventId, conversion.EventTime, conversion.Flags.Count).ShouldBe((isFound ? click.EventId : null, sale.EventTime, 0), $"click at {happened:O}");
        }
    }

    [Fact]
    public async Task A_backlog_that_waited_longer_than_the_window_still_finds_its_clicks()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var then = DateTimeOffset.FromUnixTimeMilliseconds((world.Clock.GetUtcNow() - brand.Settings.Window).AddDays(-1).ToUnixTimeMilliseconds());
        var (session, over) = (Told.Unique("s"), Told.Unique("s"));
        var click = told.Click(session: session) with { EventTime = then.AddMinutes(-3), ReceivedAt = then.AddMinutes(-3) };
        await world.ProduceAsync(click);
        await world.ProduceAsync(told.Click(session: over) with { EventTime = then - brand.Settings.Window - TimeSpan.FromMinutes(1), ReceivedAt = then });

        foreach (var (asked, found) in new[] { (session, click.EventId), (over, null) })
        {
            var sale = told.Sale(kind: SaleKind.Refused, session: asked) with { EventTime = then, ReceivedAt = then };   // of a kind that does not wait
            await world.ProduceAsync(sale);
            var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
            (conversion.Click?.EventId).ShouldBe(found);
        }
    }

    [Fact]
    public async Task A_sale_without_a_click_goes_out_with_what_it_has_after_its_last_pass()
    {
        var brand = await world.NewBrandAsync();
        var sale = new Told(world, brand).Sale(Told.Mail("eva@example.com"));

        await world.ProduceAsync(sale);
        await world.HoldsWithLeapsAsync(brand, () => world.ConcludedAsync(sale));

        var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
        conversion.Passes.ShouldBe(3);
        conversion.Stage.ShouldBe(MatchStage.None);
        conversion.Click.ShouldBeNull();
        conversion.Evidence.ShouldContain(static e => e.Signal == "email" && e.Result == "miss");
        await Eventually.Holds(async () => (await world.DispatchedAsync(sale)).Count.ShouldBe(1));
    }

    [Fact]
    public async Task Poison_goes_to_the_dead_letters_and_its_neighbours_go_on()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var sale = told.Sale(session: session);

        var inClicks = await world.ProducePoisonAsync(Topics.TrackEvents, "no avro"u8.ToArray());
        await world.ProduceAsync(click);
        var inSales = await world.ProducePoisonAsync(Topics.IngestEvents, [0, 0, 0, 0, 99]);
        var misplaced = await world.ProducePoisonAsync(Topics.IngestEvents, await world.Codec.EncodeAsync(Topics.IngestEvents, click, default));
        var foreign = await world.ProducePoisonAsync(
            Topics.IngestEvents, await world.Codec.EncodeAsync(Topics.IngestEvents, told.Sale(session: session), default), $"{(await world.NewBrandAsync()).Id}/kiwify/sale");
        await world.ProduceAsync(sale);

        (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single().Click!.EventId.ShouldBe(click.EventId);
        await Eventually.Holds(async () =>
        {
            var dead = (await world.Tap.ValuesAsync<DeadLetter>(Topics.DeadLetters)).ToLookup(static d => d.DeadLetterId, StringComparer.Ordinal);
            dead[inClicks.ToString()].First().Reason.ShouldBe("not_wire_format");
            dead[inSales.ToString()].First().Reason.ShouldBe("schema_unknown");
            dead[misplaced.ToString()].First().Reason.ShouldBe("not_a_sale");
            var nobodys = dead[foreign.ToString()].First();
            (nobodys.Reason, nobodys.BrandId, nobodys.IngestId).ShouldBe(("brand_mismatch", null, null));
            world.Sealer.Open(Sealer.SystemTenant, SealPurpose.DeadLetter, nobodys.Original!).ShouldNotBeEmpty();
        });
    }

    [Fact]
    public async Task Windows_that_were_wiped_are_rebuilt_before_the_next_sale_is_matched()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var before = told.Sale(session: session);
        var after = told.Sale(session: session);
        await world.ProduceAsync(click);
        await world.ProduceAsync(before);
        await world.ConversionsAsync(brand, before.Sale!.SaleId!);

        await FlushAsync();
        await world.ProduceAsync(after);

        var conversion = (await world.ConversionsAsync(brand, after.Sale!.SaleId!)).Single();
        conversion.Click!.EventId.ShouldBe(click.EventId);
        conversion.Passes.ShouldBe(1);
        conversion.Flags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_record_that_makes_no_sense_does_not_stop_a_rebuild()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var sale = told.Sale(session: session);
        await world.ProduceAsync(told.Click(session: session) with { Keys = new() { Email = [] } });
        await world.ProduceAsync(told.Browser(EventKind.Consent, session: session) with { IngestId = "none", ConsentAds = true });
        await world.ProduceAsync(click);
        var before = told.Sale(session: session);
        await world.ProduceAsync(before);
        await world.ConversionsAsync(brand, before.Sale!.SaleId!);

        await FlushAsync();
        await world.ProduceAsync(sale);

        (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single().Click!.EventId.ShouldBe(click.EventId);
    }

    [Fact]
    public async Task A_sale_of_a_brand_that_does_not_exist_ends_as_dead()
    {
        var sale = new Told(world, await world.NewBrandAsync()).Sale() with { BrandId = "brandgone001" };
        await world.ProduceAsync(sale with { ReceivedAt = sale.ReceivedAt.AddMinutes(-1) });

        var outcome = await world.OutcomeAsync(sale);

        (outcome.State, outcome.Reason, outcome.Destination).ShouldBe((OutcomeState.Dead, "unknown_brand", "none"));
    }

    [Fact]
    public async Task A_redis_that_died_and_came_back_empty_loses_no_match()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var sale = told.Sale(session: session);
        await world.ProduceAsync(click);

        await world.Redis.KillAsync();
        await world.ProduceAsync(sale);
        await Eventually.Holds(() => !world.Readiness.IsReady);
        await world.Redis.StartAgainAsync();

        var conversion = (await world.ConversionsAsync(brand, sale.Sale!.SaleId!)).Single();
        conversion.Click!.EventId.ShouldBe(click.EventId);
        await world.ReadyAsync();
    }

    [Fact]
    public async Task A_redis_that_would_evict_makes_the_role_unready_and_what_it_evicted_is_rebuilt()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var session = Told.Unique("s");
        var click = told.Click(session: session);
        var (before, after) = (told.Sale(session: session), told.Sale(session: session));
        await world.ProduceAsync(click);
        await world.ProduceAsync(before);
        await world.ConversionsAsync(brand, before.Sale!.SaleId!);

        using var redis = await ConnectAsync();
        var server = redis.GetServer(world.Redis.Endpoint);
        await server.ConfigSetAsync("maxmemory-policy", "allkeys-lru");
        try
        {
            await Eventually.Holds(() => world.Readiness.States["redis"].Reason == "redis_eviction_policy");
            world.Keeper.MayMatch(out _).ShouldBeFalse();

            // What an eviction does: windows go, the epoch stays.
            foreach (var key in server.Keys(pattern: "*").Where(static key => !key.ToString().Contains("epoch", StringComparison.Ordinal)))
                await redis.GetDatabase().KeyDeleteAsync(key);
        }
        finally
        {
            await server.ConfigSetAsync("maxmemory-policy", "noeviction");
        }

        await world.ReadyAsync();
        await world.ProduceAsync(after);
        (await world.ConversionsAsync(brand, after.Sale!.SaleId!)).Single().Click!.EventId.ShouldBe(click.EventId);
    }

    private async Task FlushAsync()
    {
        using var redis = await ConnectAsync();
        await redis.GetServer(world.Redis.Endpoint).FlushAllDatabasesAsync();
    }

    private Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync($"{world.Redis.Endpoint},allowAdmin=true");

    private Task WaitsInAsync(TopicDefinition topic, TrackedEvent sale) => Eventually.Holds(async () =>
        (await world.Tap.ValuesAsync<TrackedEvent>(topic)).ShouldContain(e => e.IngestId == sale.IngestId));
}
