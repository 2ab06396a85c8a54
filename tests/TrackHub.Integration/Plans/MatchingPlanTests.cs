using TrackHub.Matching.Consents;
using TrackHub.Matching.Orders;
using TrackHub.Matching.Windows;

namespace TrackHub.Integration.Plans;

/// <summary>What the matcher asks of clicks, orders and consents.</summary>
[Collection(nameof(SeededDatabase))]
public sealed class MatchingPlanTests(SeededDatabase seeded)
{
    private const string Brand = "brand0000001";

    [Fact]
    public async Task A_click_that_left_the_windows_is_fetched_from_its_own_month()
    {
        var click = await seeded.Database.RowsAsync("select ingest_id || '|' || ingested_at || '|' || brand_id from seeded_clicks_2 limit 20");
        var plans = await seeded.ShouldUseAsync(
            () => seeded.RunAsync(
                KnownClicks.SelectFromTable,
                click.Select(static c => Guid.Parse(c.Split('|')[0])).ToArray(),
                click.Select(static c => DateTimeOffset.Parse(c.Split('|')[1], null).UtcDateTime).ToArray(),
                click.Select(static c => c.Split('|')[2]).ToArray()),
            "clicks_pkey");

        plans.Scanned.ShouldBe(["seeded_clicks_2"]);
    }

    [Fact]
    public async Task Orders_are_peeked_and_locked_by_key()
    {
        var store = new OrderStore(seeded.Writer);
        OrderKey[] keys = [.. Enumerable.Range(1, 100).Select(static n => new OrderKey(Brand, "kiwify", $"S{n}"))];

        await seeded.ShouldUseAsync(() => store.PeekAsync(keys, [Guid.NewGuid()], default), "orders_pkey|orders_sale", "order_revisions_pkey");
        await seeded.ShouldUseAsync(async () => await (await store.LockAsync(keys, keys, default)).DisposeAsync(), "orders_pkey|orders_sale", "orders_names");
        await seeded.ShouldUseAsync(() => store.NamedAsync(keys, default), "orders_names");
    }

    [Fact]
    public async Task Consents_are_found_by_subject()
    {
        var store = new ConsentStore(seeded.Writer);
        var subject = new ConsentSubject(Brand, "session", "s100"u8.ToArray());

        await seeded.ShouldUseAsync(() => store.FindAsync([[subject], [subject with { Kind = "email" }]], default), "consents_pkey");
    }
}
