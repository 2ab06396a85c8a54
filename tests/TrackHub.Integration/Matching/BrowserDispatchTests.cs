using Microsoft.Extensions.DependencyInjection;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching;

[Collection(nameof(MatchingWorld))]
public sealed class BrowserDispatchTests(MatchingWorld world)
{
    [Fact]
    public async Task A_checkout_goes_to_the_bulk_topic_of_every_active_pixel()
    {
        var brand = await world.NewBrandAsync();
        var checkout = new Told(world, brand).Browser(EventKind.InitiateCheckout, Told.Mail("rui@example.com"), Told.Unique("s")) with { ValueMinor = 9_900, Currency = "BRL" };

        await world.ProduceAsync(checkout);

        await Eventually.Holds(async () => (await world.DispatchedAsync(checkout, Topics.CapiDispatchBulk)).Count.ShouldBe(1));
        var ready = (await world.DispatchedAsync(checkout, Topics.CapiDispatchBulk)).Single();
        ready.EventName.ShouldBe("InitiateCheckout");
        ready.EventId.ShouldBe(checkout.EventId);
        ready.ValueMinor.ShouldBe(9_900);
        ready.ConsentSessions.ShouldBe([checkout.SessionId!]);
        world.Sealer.OpenUserData(brand.TenantId, ready.UserData!).Em.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_checkout_whose_visitor_refused_is_blocked()
    {
        var brand = await world.NewBrandAsync();
        var checkout = new Told(world, brand).Browser(EventKind.InitiateCheckout, session: Told.Unique("s")) with { ConsentAds = false };

        await world.ProduceAsync(checkout);

        var outcome = await world.OutcomeAsync(checkout);
        (outcome.State, outcome.Reason, outcome.EventName).ShouldBe((OutcomeState.BlockedConsent, "refused", "InitiateCheckout"));
    }

    [Fact]
    public async Task A_page_view_goes_only_to_pixels_that_want_it()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var unwanted = told.Browser(EventKind.PageView, session: Told.Unique("s"));
        await world.ProduceAsync(unwanted);

        var directory = world.Services.GetRequiredService<TenantDirectory>();
        var pixel = directory.Current.ActivePixels(brand.Id).Single();
        var marker = told.Browser(EventKind.InitiateCheckout, session: unwanted.SessionId);
        await world.ProduceAsync(marker);
        await Eventually.Holds(async () => (await world.DispatchedAsync(marker, Topics.CapiDispatchBulk)).Count.ShouldBe(1));
        (await world.DispatchedAsync(unwanted, Topics.CapiDispatchBulk)).ShouldBeEmpty();

        await world.Services.GetRequiredService<TenantAdmin>().SetPixelAsync(pixel.Id, "send_page_view", "true");
        await Eventually.Holds(() => directory.Current.ActivePixels(brand.Id).Single().SendPageView);
        var wanted = told.Browser(EventKind.PageView, session: unwanted.SessionId);
        await world.ProduceAsync(wanted);

        await Eventually.Holds(async () => (await world.DispatchedAsync(wanted, Topics.CapiDispatchBulk)).Single().EventName.ShouldBe("PageView"));
    }

    [Fact]
    public async Task A_brand_without_an_active_pixel_has_its_events_recorded()
    {
        var brand = await world.NewBrandAsync();
        var told = new Told(world, brand);
        var directory = world.Services.GetRequiredService<TenantDirectory>();
        await world.Services.GetRequiredService<TenantAdmin>().SetPixelAsync(directory.Current.ActivePixels(brand.Id).Single().Id, "active", "false");
        await Eventually.Holds(() => directory.Current.ActivePixels(brand.Id).Count == 0);
        var session = Told.Unique("s");
        var checkout = told.Browser(EventKind.InitiateCheckout, session: session);
        var sale = told.Sale(session: session);

        await world.ProduceAsync(checkout);
        await world.ProduceAsync(sale);

        foreach (var tracked in new[] { checkout, sale })
        {
            var outcome = await world.OutcomeAsync(tracked);
            (outcome.State, outcome.Reason, outcome.Destination).ShouldBe((OutcomeState.Recorded, "no_active_pixel", "none"));
        }
    }
}
