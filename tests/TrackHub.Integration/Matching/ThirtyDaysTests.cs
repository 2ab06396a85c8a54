using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching;

/// <summary>A sale whose later states come when its click has long left the windows.</summary>
public sealed class ThirtyDaysTests
{
    private static readonly TimeSpan Later = TimeSpan.FromDays(30);

    [Fact]
    public async Task A_sale_paid_and_charged_back_a_month_later_keeps_the_click_that_won()
    {
        var world = new MatchingWorld();
        await world.InitializeAsync();
        try
        {
            // Loaded together with the brand, so that nobody waits for them later.
            await ActivatorUtilities.CreateInstance<DaySecrets>(world.Services).EnsureAsync(Later.Days + 1);
            var brand = await world.NewBrandAsync();
            var told = new Told(world, brand);
            var session = Told.Unique("s");
            var click = told.Click(session: session);
            var waiting = told.Sale(kind: SaleKind.Pending, session: session);
            var saleId = waiting.Sale!.SaleId!;
            await world.ProduceAsync(click);
            await world.ProduceAsync(waiting);
            await world.ConversionsAsync(brand, saleId);

            await MoveAMonthOnAsync(world);
            var paid = told.Sale(kind: SaleKind.Approved, saleId: saleId, session: session);
            await world.ProduceAsync(paid);
            await world.ProduceAsync(told.Sale(kind: SaleKind.Chargeback, saleId: saleId));
            var stranger = told.Sale(kind: SaleKind.Refused, session: session);
            await world.ProduceAsync(stranger);

            var conversions = await world.ConversionsAsync(brand, saleId, 3);
            conversions.ShouldAllBe(c => c.Click!.EventId == click.EventId && c.Stage == MatchStage.Deterministic);
            conversions.Select(static c => (c.State, c.Purchase)).ShouldBe([(SaleKind.Pending, false), (SaleKind.Approved, true), (SaleKind.Chargeback, false)]);
            (conversions[1].EventTime - conversions[0].EventTime).ShouldBeGreaterThan(TimeSpan.FromDays(29));
            await Eventually.Holds(async () => (await world.DispatchedAsync(paid)).ShouldHaveSingleItem());
            (await world.ConversionsAsync(brand, stranger.Sale!.SaleId!)).Single().Click.ShouldBeNull("the windows forgot the click: only the order knows it");
        }
        finally
        {
            await world.DisposeAsync();
        }
    }

    /// <summary>A month passes, and the windows run out.</summary>
    private static async Task MoveAMonthOnAsync(MatchingWorld world)
    {
        world.Clock.MoveOn(Later);
        using var redis = await ConnectionMultiplexer.ConnectAsync($"{world.Redis.Endpoint},allowAdmin=true");
        await redis.GetServer(world.Redis.Endpoint).FlushAllDatabasesAsync();
    }
}
