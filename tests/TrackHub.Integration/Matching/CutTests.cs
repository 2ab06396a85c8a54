using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching;

/// <summary>The cut that hurts most: everything is written and acknowledged, and no offset tells of it.</summary>
public sealed class CutTests
{
    // Stored offsets stay in the process, so that whoever comes next finds none: as after a kill -9 before the commit.
    private static readonly KeyValuePair<string, string?> WithoutCommits = new("Kafka:Properties:enable.auto.commit", "false");

    [Fact]
    public async Task A_matcher_cut_off_between_its_output_and_its_offset_says_the_same_again()
    {
        var world = new MatchingWorld();
        await world.InitializeAsync();
        try
        {
            await world.ReplaceAsync(WithoutCommits);
            var brand = await world.NewBrandAsync();
            var told = new Told(world, brand);
            var session = Told.Unique("s");
            var click = told.Click(session: session);
            var checkout = told.Browser(EventKind.InitiateCheckout, Told.Mail("eva@example.com"), session);
            var sale = told.Sale(Told.Mail("eva@example.com"), session: session);
            await world.ProduceAsync(click);
            await world.ProduceAsync(checkout);
            await world.ProduceAsync(sale);
            await DispatchedAsync(world, sale, checkout, times: 1);

            await world.ReplaceAsync();
            var (sales, checkouts) = await DispatchedAsync(world, sale, checkout, times: 2);

            sales.Select(What).Distinct().ShouldHaveSingleItem().EventId.ShouldBe(sale.EventId);
            checkouts.Select(What).Distinct().ShouldHaveSingleItem().EventId.ShouldBe(checkout.EventId);
            var conversions = world.Tap.Raw(Topics.Conversions).Select(static record => Convert.ToHexString(record.Value!)).ToList();
            conversions.Count.ShouldBe(2);
            conversions.Distinct().ShouldHaveSingleItem("the conversion of the second reading differs from that of the first");
            (await world.Tap.ValuesAsync<Conversion>(Topics.Conversions))[0].Click!.EventId.ShouldBe(click.EventId);
        }
        finally
        {
            await world.DisposeAsync();
        }
    }

    private static async Task<(IReadOnlyList<DispatchReady> Sales, IReadOnlyList<DispatchReady> Checkouts)> DispatchedAsync(
        MatchingWorld world, TrackedEvent sale, TrackedEvent checkout, int times)
    {
        IReadOnlyList<DispatchReady> sales = [], checkouts = [];
        await Eventually.Holds(async () =>
        {
            (sales, checkouts) = (await world.DispatchedAsync(sale), await world.DispatchedAsync(checkout, Topics.CapiDispatchBulk));
            (sales.Count, checkouts.Count).ShouldBe((times, times), world.Troubles());
        });
        return (sales, checkouts);
    }

    /// <summary>What the registry goes by, and what Meta is told; the sealed field has another nonce each time.</summary>
    private static (string BrandId, string PixelId, string EventName, string EventId, string IngestId, DateTimeOffset Time, long? Value) What(DispatchReady ready) =>
        (ready.BrandId, ready.PixelId, ready.EventName, ready.EventId, ready.IngestId, ready.EventTime, ready.ValueMinor);
}
