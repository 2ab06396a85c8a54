using TrackHub.Matching.Consents;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Dispatching;

/// <summary>
/// Sends what goes to Meta straight from the browser: checkouts to every active pixel, page views to those that want them. Clicks, identify
/// and consent go nowhere; the ledger ends them as recorded.
/// </summary>
internal sealed class BrowserDispatch(DispatchRecords dispatch, ConsentStore consents, Sealer sealer, RecordProducer producer, MatchingMetrics metrics)
{
    /// <summary>Produces the batch's events; complete when every record is persisted.</summary>
    public async Task SendAsync(IReadOnlyList<GatedEvent> events, CancellationToken cancellationToken)
    {
        var sent = events.Select(e => (Event: e, Name: NameOf(e.Event.Kind), Pixels: PixelsFor(e))).Where(static e => e.Name is not null).ToList();
        // A page view nobody asked for has no outcome of ours; a checkout always has one.
        sent.RemoveAll(static e => e.Pixels.Count == 0 && e.Event.Event.Kind == EventKind.PageView);
        if (sent.Count == 0)
            return;

        var known = await consents.FindAsync(
            sent.ConvertAll(static e => (IReadOnlyList<ConsentSubject>)[.. ConsentSubject.Of(e.Event.Event)]), cancellationToken);
        var records = new List<OutgoingRecord>(sent.Count);
        for (var i = 0; i < sent.Count; i++)
        {
            var (browser, name, pixels) = sent[i];
            var tracked = browser.Event;
            var verdict = ConsentVerdict.Of(KnownConsent.Newest(KnownConsent.In(tracked), known[i]), browser.Brand.ConsentBasis);
            if (verdict.Blocked is { } reason)
                metrics.Blocked(reason);
            records.AddRange(dispatch.Make(
                Topics.CapiDispatchBulk,
                new()
                {
                    Event = tracked,
                    Brand = browser.Brand,
                    EventName = name!,
                    UserData = OpenedUserData.Of(sealer, browser.Brand, tracked),
                    Consent = verdict,
                    ValueMinor = tracked.ValueMinor,
                    Currency = tracked.Currency,
                    ProductId = tracked.Traits.Product,
                },
                pixels,
                () => SourceHeaders.Of(browser.Record, tracked.BrandId)));
        }

        await producer.ProduceAllAsync(records, cancellationToken);
    }

    private static string? NameOf(EventKind kind) => kind switch
    {
        EventKind.InitiateCheckout => "InitiateCheckout",
        EventKind.PageView => "PageView",
        _ => null,
    };

    private IReadOnlyList<Pixel> PixelsFor(GatedEvent browser) => browser.Event.Kind == EventKind.PageView
        ? [.. dispatch.Pixels(browser.Brand).Where(static pixel => pixel.SendPageView)]
        : dispatch.Pixels(browser.Brand);
}
