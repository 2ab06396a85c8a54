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
        var entries = new List<(WindowEntry, TimeSpan)>(events.Count * 4);
        var values = new List<WindowRecord>(events.Count);
        foreach (var tracked in events)
        {
            if (brands.Brand(tracked.BrandId) is not { } brand || !Guid.TryParse(tracked.IngestId, out var ingestId))
                continue;

            var window = brand.Settings.Window;
            // Not a moment before it is swept: a sale that waited, or another instance's clock, may be behind this one.
            if (tracked.EventTime + window + WindowStore.Grace <= now)
                continue;

            entries.AddRange(WindowEntries.Of(tracked).Select(entry => (entry, window)));
            if (WindowEntries.IsCandidate(tracked.Kind))
                values.Add(new(WindowKeys.Record(brand.Id, ingestId), records.Encode(brand, tracked), tracked.EventTime, window));
        }

        await store.WriteAsync(entries, values, cancellationToken);
    }
}
