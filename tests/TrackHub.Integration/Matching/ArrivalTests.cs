using Microsoft.Extensions.DependencyInjection;
using TrackHub.Matching;
using TrackHub.Matching.Orders;
using TrackHub.Matching.Sales;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Integration.Matching;

/// <summary>One sale's life in every order of arrival, through the whole matcher and its database.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class ArrivalTests(MatchingWorld world)
{
    private static readonly SaleKind[][] Arrivals =
    [
        [SaleKind.Pending, SaleKind.Approved, SaleKind.Refunded],
        [SaleKind.Pending, SaleKind.Refunded, SaleKind.Approved],
        [SaleKind.Approved, SaleKind.Pending, SaleKind.Refunded],
        [SaleKind.Approved, SaleKind.Refunded, SaleKind.Pending],
        [SaleKind.Refunded, SaleKind.Pending, SaleKind.Approved],
        [SaleKind.Refunded, SaleKind.Approved, SaleKind.Pending],
    ];

    [Fact]
    public async Task A_sale_ends_the_same_in_the_database_whatever_came_first_and_however_often()
    {
        var brand = await world.NewBrandAsync();
        var (told, click) = (new Told(world, brand), Told.Unique("click"));
        var ad = told.Click(clickId: click);
        await world.ProduceAsync(ad);
        var sales = Arrivals.Select(kinds =>
        {
            var saleId = Told.Unique("sale");
            // Twice over: the gateway's own repetitions are events of their own.
            return kinds.Concat(kinds).Select(kind => told.Sale(kind: kind, saleId: saleId, clickId: click)).ToArray();
        }).ToArray();

        // Some meet in one batch, some do not: half of each life follows when the first half is done.
        foreach (var e in sales.SelectMany(static s => s[..2]))
            await world.ProduceAsync(e);
        await world.ConversionsAsync(brand, sales[^1][0].Sale!.SaleId!, 2);
        foreach (var e in sales.SelectMany(static s => s[2..]))
            await world.ProduceAsync(e);

        foreach (var (life, kinds) in sales.Zip(Arrivals))
        {
            var conversions = await world.ConversionsAsync(brand, life[0].Sale!.SaleId!, 3);
            conversions[^1].State.ShouldBe(SaleKind.Refunded);
            conversions.Where(static c => c.Purchase).ShouldHaveSingleItem().Kind.ShouldBe(SaleKind.Approved);
            // A refund by itself looks for no click; once there is one it stays.
            conversions.SkipWhile(static c => c.Kind == SaleKind.Refunded).ShouldAllBe(c => c.Click!.EventId == ad.EventId);
            foreach (var repeated in life[3..])
                (await world.OutcomeAsync(repeated)).State.ShouldBe(OutcomeState.Duplicate);

            var approved = life[Array.IndexOf(kinds, SaleKind.Approved)];
            (await world.DispatchedAsync(approved)).ShouldHaveSingleItem();
            var order = await StoredAsync(new(brand.Id, "kiwify", life[0].Sale!.SaleId!));
            (order.State, order.Revision, order.PurchaseIngestId, order.HasClick).ShouldBe((SaleKind.Refunded, 3, approved.IngestId, true));
        }
    }

    /// <summary>The matcher looks at orders while it waits for the windows: what it saw may be over when it locks them.</summary>
    [Fact]
    public async Task An_order_that_changed_since_it_was_looked_at_is_looked_at_again()
    {
        var brand = await world.NewBrandAsync();
        var (told, click, saleId) = (new Told(world, brand), Told.Unique("click"), Told.Unique("sale"));
        var ad = told.Click(clickId: click);
        await world.ProduceAsync(ad);
        var refund = told.Sale(kind: SaleKind.Refunded, saleId: saleId, clickId: click);
        var record = new StreamRecord { Coordinates = new(Topics.IngestEvents.Name, 0, 0), Timestamp = world.Clock.GetUtcNow() };
        SaleEvent[] later = [new(record, refund, refund.Sale!, brand, Pass: 1)];
        var matcher = world.Services.GetRequiredService<SaleMatcher>();

        var looked = await matcher.PeekAsync(later, CancellationToken.None);
        await world.ProduceAsync(told.Sale(saleId: saleId, clickId: click));
        await world.ConversionsAsync(brand, saleId);
        await matcher.MatchAsync(later, looked, [], windowsWhole: true, BatchTurn.First(), isLast: true, CancellationToken.None);

        var refunded = (await world.ConversionsAsync(brand, saleId, 2))[^1];
        (refunded.State, refunded.Revision, refunded.Click?.EventId).ShouldBe((SaleKind.Refunded, 2, ad.EventId));
        (await StoredAsync(new(brand.Id, "kiwify", saleId))).Revision.ShouldBe(2);
    }

    private async Task<Order> StoredAsync(OrderKey key) =>
        (await world.Services.GetRequiredService<OrderStore>().PeekAsync([key], [], CancellationToken.None))[key];
}
