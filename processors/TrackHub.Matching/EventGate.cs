using TrackHub.Matching.Dispatching;
using TrackHub.Matching.Orders;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching;

/// <summary>A decoded event whose brand is known.</summary>
internal readonly record struct GatedEvent(StreamRecord Record, TrackedEvent Event, Brand Brand);

/// <summary>
/// Lets events through that the matcher can work with. What decodes and still makes no sense goes to the dead letters, so that its
/// neighbours go on: nothing behind this gate may fail for what a record says.
/// </summary>
internal sealed class EventGate(
    BatchDecoder decoder, TenantDirectory directory, DeadLetters deadLetters, DispatchRecords dispatch, RecordProducer producer, TimeProvider clock)
{
    private const string Stage = "matcher";

    // PostgreSQL's B-tree takes some 2,700 bytes a key, of which brand and gateway need few.
    private const int MaxKeyCharacters = 512;

    // A change of the directory is seen within 5 s; after this the brand is not late, it does not exist.
    private static readonly TimeSpan BrandPatience = TimeSpan.FromSeconds(15);

    /// <summary>The events of a batch in its order.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sales">Whether sales are expected, else browser events.</param>
    /// <param name="cancellationToken">Gives up; nothing must be stored then.</param>
    /// <exception cref="DependencyAwayException">The directory is not loaded, or may not have heard of a brand yet.</exception>
    public async Task<List<GatedEvent>> ReadAsync(RecordBatch batch, bool sales, CancellationToken cancellationToken)
    {
        var events = new List<GatedEvent>(batch.Count);
        foreach (var (record, tracked) in await decoder.DecodeAsync<TrackedEvent>(batch, Stage, cancellationToken))
        {
            var brand = BrandOf(tracked);
            if (FaultOf(record, tracked, brand, sales) is { } fault)
            {
                // Whose an event is that names two brands nobody can say: neither brand is told of it, and it has no end of its own.
                var isNobodys = fault.Reason == BrandClaim.Mismatch;
                var isKnown = EventIds.TryParseIngestId(tracked.IngestId, out _) && !isNobodys;
                var about = isNobodys ? new(null, null, null) : new DeadEvent(brand?.Id, isKnown ? tracked.IngestId : null, tracked.EventId);
                await deadLetters.WriteAsync(record, Stage, fault.Reason, fault.Detail, about, cancellationToken);

                // These kinds are ended by the ledger, as they go nowhere anyway; all others would stay in flight for ever.
                if (isKnown && tracked.Kind is not (EventKind.Click or EventKind.PageView or EventKind.Identify or EventKind.Consent))
                    await producer.ProduceAllAsync([EndOf(record, tracked, fault.Reason)], cancellationToken);
            }
            else
            {
                events.Add(new(record, tracked, brand!));
            }
        }

        return events;
    }

    private OutgoingRecord EndOf(StreamRecord record, TrackedEvent tracked, string reason) =>
        dispatch.Outcome(tracked, OutcomeState.Dead, reason, gateway: null, saleId: null, SourceHeaders.Of(record, tracked.BrandId));

    /// <summary>Why an event cannot be worked with; null if it can.</summary>
    internal static (string Reason, string Detail)? FaultOf(StreamRecord record, TrackedEvent tracked, Brand? brand, bool sales)
    {
        if (BrandClaim.FaultOf(record, tracked.BrandId) is { } mismatch)
            return (BrandClaim.Mismatch, mismatch);
        if (sales && (tracked.Kind != EventKind.Sale || tracked.Sale is null))
            return ("not_a_sale", $"A record of kind {tracked.Kind.ToSymbol()} stands among the sales.");
        if (!sales && tracked.Kind is EventKind.Sale or EventKind.Unknown)
            return ("not_a_browser_event", $"A record of kind {tracked.Kind.ToSymbol()} stands among the browser events.");
        if (!EventIds.TryParseIngestId(tracked.IngestId, out _))
            return ("malformed", "The ingest_id is not a UUIDv7 of 36 characters.");
        if (brand is null)
            return ("unknown_brand", "The brand does not exist.");
        if (IndexesOf(tracked.Keys).Any(static index => index is not (null or { Length: WindowKeys.IndexBytes })))
            return ("malformed", $"A blind index has not {WindowKeys.IndexBytes} bytes.");
        if (!IsTime(tracked.EventTime) || !IsTime(tracked.ReceivedAt))
            return ("malformed", "A time lies outside of 2000 to 2100.");
        if (tracked.Sale is { } sale && !sale.Names.Concat([sale.Gateway, sale.SaleId, sale.DeliveryId, sale.Currency]).All(IsStorable))
            return ("malformed", $"A key of the sale is longer than {MaxKeyCharacters} characters or holds a NUL or the separator of names.");
        return null;
    }

    private static byte[]?[] IndexesOf(MatchKeys keys) =>
        [keys.Email, keys.Phone, keys.Fbclid, keys.ExternalId, keys.Ip, keys.IpPrefix, keys.UserAgent];

    private static bool IsTime(DateTimeOffset time) => time.Year is >= 2000 and <= 2100;

    private static bool IsStorable(string? text) => text is null || (text.Length <= MaxKeyCharacters && text.AsSpan().IndexOfAny('\0', Order.NameSeparator) < 0);

    private Brand? BrandOf(TrackedEvent tracked)
    {
        if (!directory.IsLoaded)
            throw new DependencyAwayException("directory", null);
        if (directory.Current.Brand(tracked.BrandId) is { } brand)
            return brand;
        // A receive time far ahead would make its partition wait for ever.
        if ((clock.GetUtcNow() - tracked.ReceivedAt).Duration() < BrandPatience)
            throw new DependencyAwayException("directory", null);
        return null;
    }
}
