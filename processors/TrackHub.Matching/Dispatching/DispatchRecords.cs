using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TrackHub.Matching.Consents;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Dispatching;

/// <summary>Makes the records by which an event goes to Meta's pixels, or the outcomes that say why it does not.</summary>
internal sealed class DispatchRecords(TenantDirectory directory, Sealer sealer, TimeProvider clock)
{
    /// <summary>What every destination of an event shares.</summary>
    internal sealed record Shared
    {
        public required TrackedEvent Event { get; init; }

        public required Brand Brand { get; init; }

        /// <summary>Meta's name: Purchase, InitiateCheckout, PageView.</summary>
        public required string EventName { get; init; }

        /// <summary>The click that won, for a sale.</summary>
        public KnownClick? Click { get; init; }

        /// <summary>Merged user data; null if there is none.</summary>
        public UserData? UserData { get; init; }

        public required ConsentVerdict Consent { get; init; }

        public long? ValueMinor { get; init; }

        public string? Currency { get; init; }

        public string? ProductId { get; init; }

        public string? ProductName { get; init; }

        /// <summary>The sale's key and revision; null for a browser event.</summary>
        public (string Gateway, string SaleId, long Revision)? Order { get; init; }
    }

    /// <summary>One DispatchReady per pixel; blocked outcomes where consent is missing; one recorded outcome where no pixel is active.</summary>
    /// <param name="topic">capi-dispatch for sales, capi-dispatch-bulk for browser events.</param>
    /// <param name="pixels">The pixels it is for.</param>
    /// <exception cref="DependencyAwayException">No day secret is loaded to seal with.</exception>
    public IReadOnlyList<OutgoingRecord> Make(TopicDefinition topic, Shared shared, IReadOnlyList<Pixel> pixels, Func<RecordHeaders> headers)
    {
        if (pixels.Count == 0)
            return [OutcomeRecord(shared, "none", OutcomeState.Recorded, "no_active_pixel", null, headers())];
        if (shared.Consent.Blocked is { } reason)
            return [.. pixels.Select(pixel => OutcomeRecord(shared, pixel.Id, OutcomeState.BlockedConsent, reason, shared.EventName, headers()))];

        var box = shared.UserData is null ? null : Seal(shared.Brand, shared.UserData);
        return [.. pixels.Select(pixel =>
            OutgoingRecord.Create(topic, LaneKey(pixel, shared.Event.EventId), ReadyFor(pixel, shared, box), headers()))];
    }

    /// <summary>The brand's active pixels.</summary>
    public IReadOnlyList<Pixel> Pixels(Brand brand) => directory.Current.ActivePixels(brand.Id);

    /// <summary>An outcome of an event at a destination, decided here.</summary>
    public OutgoingRecord Outcome(
        TrackedEvent tracked, OutcomeState state, string reason, string? gateway, string? saleId, RecordHeaders headers,
        string destination = "none", string? eventName = null) =>
        OutgoingRecord.Create(Topics.EventOutcomes, tracked.IngestId, new EventOutcome
        {
            IngestId = tracked.IngestId,
            BrandId = tracked.BrandId,
            EventId = tracked.EventId,
            EventName = eventName,
            Destination = destination,
            State = state,
            Reason = reason,
            Revision = 1,
            At = clock.GetUtcNow(),
            Gateway = gateway,
            SaleId = saleId,
        }, headers);

    /// <summary>Key of a lane's records: <c>brand/pixel/shard</c>, the shard by event id, so that an event stays in its shard.</summary>
    public static string LaneKey(Pixel pixel, string eventId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(eventId), hash);
        var shard = BitConverter.ToUInt32(hash) % (uint)Math.Max(1, pixel.LaneShards);
        return string.Create(CultureInfo.InvariantCulture, $"{pixel.BrandId}/{pixel.Id}/{shard}");
    }

    /// <summary>The page an event happened on, as Meta takes it: https address of the page, else none.</summary>
    public static string? PageAddress(TrackedEvent? page)
    {
        if (page is null)
            return null;
        if (Uri.TryCreate(page.Url, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp))
            return page.Url;
        return page.Traits.Page is { Length: > 0 } hostAndPath ? "https://" + hostAndPath : null;
    }

    private SealedBox Seal(Brand brand, UserData userData)
    {
        try
        {
            return sealer.SealUserData(brand.TenantId, userData, clock.GetUtcNow());
        }
        catch (KeyGoneException failure)
        {
            // Today's secret is not loaded yet: the batch waits for it.
            throw new DependencyAwayException("directory", failure);
        }
    }

    private OutgoingRecord OutcomeRecord(Shared shared, string destination, OutcomeState state, string reason, string? eventName, RecordHeaders headers) =>
        Outcome(shared.Event, state, reason, shared.Order?.Gateway, shared.Order?.SaleId, headers, destination, eventName);

    private static DispatchReady ReadyFor(Pixel pixel, Shared shared, SealedBox? box)
    {
        var tracked = shared.Event;
        var click = shared.Click?.Event;
        var page = PageAddress(tracked) ?? PageAddress(click) ?? CheckoutPages.Of(shared.Order?.Gateway);
        return new()
        {
            IngestId = tracked.IngestId,
            BrandId = tracked.BrandId,
            PixelId = pixel.Id,
            EventName = shared.EventName,
            EventId = tracked.EventId,
            EventTime = tracked.EventTime,
            ReceivedAt = tracked.ReceivedAt,
            // Meta refuses a website event that names no page.
            ActionSource = page is null ? "other" : "website",
            EventSourceUrl = page,
            Gateway = shared.Order?.Gateway,
            SaleId = shared.Order?.SaleId,
            Revision = shared.Order?.Revision,
            ValueMinor = shared.ValueMinor,
            Currency = shared.ValueMinor is null ? null : shared.Currency ?? shared.Brand.Currency,
            ProductId = shared.ProductId,
            ProductName = shared.ProductName,
            UserData = box,
            ConsentAds = shared.Consent.Known?.Ads,
            ConsentAt = shared.Consent.Known?.At,
            ConsentKeys = Distinct(tracked.Keys.Email, tracked.Keys.Phone, click?.Keys.Email, click?.Keys.Phone),
            ConsentSessions = [.. new[] { tracked.SessionId, click?.SessionId }.OfType<string>().Where(static s => s.Length > 0).Distinct(StringComparer.Ordinal)],
        };
    }

    private static List<byte[]> Distinct(params ReadOnlySpan<byte[]?> indexes)
    {
        var distinct = new List<byte[]>(indexes.Length);
        foreach (var index in indexes)
        {
            if (index is not null && !distinct.Exists(known => known.AsSpan().SequenceEqual(index)))
                distinct.Add(index);
        }

        return distinct;
    }
}
