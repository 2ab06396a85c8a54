using Microsoft.Extensions.DependencyInjection;
using TrackHub.Ledger.Books;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Matching;

/// <summary>Whatever the ingress accepts is ended by the matcher, handed to the dispatcher, waits for its click, or is ended by the ledger.</summary>
[Collection(nameof(MatchingWorld))]
public sealed class CompletenessTests(MatchingWorld world)
{
    private const string ByLedger = "recorded by the ledger";

    [Fact]
    public async Task Every_kind_of_event_comes_to_its_end_or_goes_on()
    {
        var brand = await world.NewBrandAsync();
        var (told, click) = (new Told(world, brand), Told.Unique("click"));
        var ad = told.Click(clickId: click);
        var none = await BrandWithoutPixelAsync(remove: true);
        var inactive = await BrandWithoutPixelAsync(remove: false);
        var noBasis = await world.NewBrandAsync(basis: null);
        var two = await world.NewBrandAsync();
        await Admin.AddPixelAsync(two.Id, "9999999999999", "token-of-a-second-pixel");
        await Eventually.Holds(() => Directory.Current.ActivePixels(two.Id).Count == 2);
        var first = told.Sale(clickId: click);
        List<(string Expected, TrackedEvent Event)> cases =
        [
            (ByLedger, ad),
            (ByLedger, told.Browser(EventKind.PageView)),
            (ByLedger, told.Browser(EventKind.Identify, session: Told.Unique("s"))),
            (ByLedger, told.Browser(EventKind.Consent, session: Told.Unique("s")) with { ConsentAds = true }),
            ("dead/not_a_browser_event at none", told.Browser(EventKind.Unknown)),
            ("sent", told.Browser(EventKind.InitiateCheckout)),
            ("blocked_consent/refused at pixel", told.Browser(EventKind.InitiateCheckout) with { ConsentAds = false }),
            ("recorded/no_active_pixel at none", new Told(world, none).Browser(EventKind.InitiateCheckout)),
            ("sent", first),
            ("duplicate/approved at none", told.Sale(clickId: click, saleId: first.Sale!.SaleId)),
            ("duplicate/renewed at none", told.Sale(clickId: click, saleId: first.Sale.SaleId, kind: SaleKind.Renewed)),
            ("recorded/renewed at none", told.Sale(clickId: click, kind: SaleKind.Renewed)),
            ("recorded/refunded at none", told.Sale(kind: SaleKind.Refunded)),
            ("recorded/zero_value at none", told.Sale(clickId: click, amount: 0)),
            ("recorded/no_value at none", told.Sale(clickId: click, amount: null)),
            ("test/test_button at none", Test(told.Sale(clickId: click))),
            ("unmapped/unmapped at none", told.Sale(kind: SaleKind.Unmapped)),
            ("recorded/ignored at none", told.Sale(kind: SaleKind.Ignored)),
            ("pending", told.Sale()),
            ("recorded/subscription_late at none", told.Sale(kind: SaleKind.SubscriptionLate)),
            ("dead/malformed at none", told.Sale(saleId: new('x', 600))),
        ];
        (Brand, string)[] others =
        [
            (none, "recorded/no_active_pixel at none"), (inactive, "recorded/no_active_pixel at none"),
            (noBasis, "blocked_consent/no_basis at pixel"), (two, "sent; sent"),
        ];
        foreach (var (other, expected) in others)
        {
            var its = Told.Unique("click");
            cases.Insert(0, (ByLedger, new Told(world, other).Click(clickId: its)));
            cases.Add((expected, new Told(world, other).Sale(clickId: its)));
        }

        foreach (var (_, e) in cases)
            await world.ProduceAsync(e);

        await Eventually.Holds(
            async () =>
            {
                var outcomes = (await world.Tap.ValuesAsync<EventOutcome>(Topics.EventOutcomes)).ToLookup(static o => o.IngestId);
                var sent = (await world.Tap.ValuesAsync<DispatchReady>(Topics.CapiDispatch)).Concat(await world.Tap.ValuesAsync<DispatchReady>(Topics.CapiDispatchBulk)).ToLookup(static d => d.IngestId);
                var pending = (await world.Tap.ValuesAsync<TrackedEvent>(Topics.PendingMatch5S)).ToLookup(static e => e.IngestId);
                cases.Select(c => string.Join("; ", Seen(c.Event, outcomes[c.Event.IngestId], sent[c.Event.IngestId], pending[c.Event.IngestId])))
                    .ShouldBe(cases.Select(static c => c.Expected), world.Troubles());
            },
            TimeSpan.FromSeconds(60));
    }

    private TenantAdmin Admin => world.Services.GetRequiredService<TenantAdmin>();

    private TenantDirectory Directory => world.Services.GetRequiredService<TenantDirectory>();

    private static IEnumerable<string> Seen(
        TrackedEvent e, IEnumerable<EventOutcome> outcomes, IEnumerable<DispatchReady> sent, IEnumerable<TrackedEvent> pending) =>
        (BookFact.IsSelfEnded(e.Kind) ? [ByLedger] : Array.Empty<string>())
            .Concat(outcomes.Select(static o => $"{o.State.ToSymbol()}/{o.Reason} at {(o.Destination == "none" ? "none" : "pixel")}"))
            .Concat(sent.Select(static _ => "sent"))
            .Concat(pending.Select(static _ => "pending"));

    private static TrackedEvent Test(TrackedEvent sale) => sale with { Sale = sale.Sale! with { Test = true } };

    private async Task<Brand> BrandWithoutPixelAsync(bool remove)
    {
        var brand = await world.NewBrandAsync();
        var pixel = Directory.Current.ActivePixels(brand.Id).Single().Id;
        await (remove ? Admin.RemovePixelAsync(pixel) : Admin.SetPixelAsync(pixel, "active", "false"));
        await Eventually.Holds(() => Directory.Current.ActivePixels(brand.Id).Count == 0);
        return brand;
    }
}
