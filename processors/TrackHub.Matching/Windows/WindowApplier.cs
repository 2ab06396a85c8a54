using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>Puts browser events into the windows: members, records, one round trip. Used by the live feed and by a rebuild.</summary>
internal sealed class WindowApplier(TenantDirectory directory, ClickRecordCodec records, WindowStore store, TimeProvider clock)
{
    /// <summary>Applies events; those of unknown brands or older than their brand's window are passed over.</summary>
    public async Task ApplyAsync(IReadOnlyList<TrackedEvent> events, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var brands = directory.Current;
        var kept = new List<(TrackedEvent Event, Brand Brand)>(events.Count);
        foreach (var tracked in events)
        {
            // Not a moment before it is swept: a sale that waited, or another instance's clock, may be behind this one.
            if (brands.Brand(tracked.BrandId) is { } brand && Guid.TryParse(tracked.IngestId, out _) && tracked.EventTime + brand.Settings.Window + WindowStore.Grace > now)
                kept.Add((tracked, brand));
        }

        await store.WriteAsync(
            kept.SelectMany(static k => WindowEntries.Of(k.Event), static (k, entry) => (entry, k.Brand.Settings.Window)),
            kept.Where(static k => WindowEntries.IsCandidate(k.Event.Kind)).Select(k => RecordOf(k.Event, k.Brand)),
            cancellationToken);
    }

    private WindowRecord RecordOf(TrackedEvent tracked, Brand brand) =>
        new(WindowKeys.Record(brand.Id, Guid.Parse(tracked.IngestId)), records.Encode(brand, tracked), tracked.EventTime, brand.Settings.Window);
}
