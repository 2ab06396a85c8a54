using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>Puts browser events into the windows: members, records, one round trip. Used by the live feed and by a rebuild.</summary>
internal sealed class WindowApplier(TenantDirectory directory, ClickRecordCodec records, WindowStore store, TimeProvider clock)
{
    /// <summary>Applies events; those of unknown brands or older than their brand's window are passed over.</summary>
    /// <param name="events">The events.</param>
    /// <param name="takesLate">
    /// Whether what was inside its window when it was received is taken all the same, and kept for a while from now: after an outage longer than the window the sales
    /// of then are read as well, and decided as they would have been.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ApplyAsync(IReadOnlyList<TrackedEvent> events, bool takesLate, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var brands = directory.Current;
        var kept = new List<(TrackedEvent Event, Brand Brand)>(events.Count);
        foreach (var tracked in events)
        {
            if (brands.Brand(tracked.BrandId) is not { } brand || !Guid.TryParse(tracked.IngestId, out _))
                continue;

            // Not a moment before it is swept: a sale that waited, or another instance's clock, may be behind this one.
            var over = tracked.EventTime + brand.Settings.Window + WindowStore.Grace;
            if (over > now || (takesLate && over > tracked.ReceivedAt))
                kept.Add((tracked, brand));
        }

        await store.WriteAsync(
            kept.SelectMany(static k => WindowEntries.Of(k.Event), (k, entry) => (entry with { KeptFrom = KeptFrom(entry.KeptFrom, k.Brand) }, k.Brand.Settings.Window)),
            kept.Where(static k => WindowEntries.IsCandidate(k.Event.Kind)).Select(k => RecordOf(k.Event, k.Brand)),
            cancellationToken);

        WindowRecord RecordOf(TrackedEvent tracked, Brand brand) => new(
            WindowKeys.Record(brand.Id, Guid.Parse(tracked.IngestId)), records.Encode(brand, tracked), KeptFrom(tracked.EventTime, brand), brand.Settings.Window);

        // What is late is not over before the grace is.
        DateTimeOffset KeptFrom(DateTimeOffset at, Brand brand) => takesLate && at + brand.Settings.Window < now ? now - brand.Settings.Window : at;
    }
}
