using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>
/// The event behind a window's member, as Redis holds it: the value of <c>track-events</c> in wire format without what the key or the windows say, its
/// user data resealed under the tenant's window key, which outlives the day keys and can be erased in place.
/// </summary>
internal sealed class ClickRecordCodec(RecordCodec codec, Sealer sealer)
{
    private static readonly RecordCoordinates InRedis = new("redis", 0, 0);

    /// <summary>The bytes to keep. User data whose day key is gone, or that is no user data, is left out.</summary>
    public async ValueTask<byte[]> EncodeAsync(Brand brand, TrackedEvent tracked, CancellationToken cancellationToken)
    {
        // What comes from the table is sealed as it is kept here.
        var box = tracked.UserData is null || tracked.UserData.KeyId == KeyRef.Window.Id ? tracked.UserData : Reseal(brand, tracked.UserData);
        return await codec.EncodeAsync(Topics.TrackEvents, Kept(tracked) with { UserData = box }, cancellationToken);
    }

    /// <summary>Fetches the schemas these values need.</summary>
    public ValueTask PrepareAsync(IEnumerable<byte[]> values, CancellationToken cancellationToken) =>
        codec.PrepareAsync([.. values.Select(static value => new StreamRecord { Coordinates = InRedis, Timestamp = default, Value = value })], cancellationToken);

    /// <summary>Reads a kept record; false for bytes that are none.</summary>
    /// <param name="brand">Its brand.</param>
    /// <param name="ingestId">Its ingest_id.</param>
    /// <param name="value">What was kept.</param>
    /// <param name="tracked">The event without what only its windows needed: features, and the indexes that are no e-mail or phone.</param>
    public bool TryDecode(Brand brand, Guid ingestId, byte[] value, [MaybeNullWhen(false)] out TrackedEvent tracked)
    {
        if (!codec.TryDecode(value, out tracked, out _))
            return false;
        tracked = tracked with { IngestId = ingestId.ToString(), BrandId = brand.Id };
        return true;
    }

    /// <summary>User data sealed under the window key; null if there is none or it cannot be opened.</summary>
    public UserData? Open(Brand brand, SealedBox? box) => box is null ? null : Open(() => sealer.Open(brand.TenantId, SealPurpose.Window, box));

    /// <summary>What a won sale needs of its click. Ids stand in the key; of an ad's click id it is enough that there is one, user data hold the rest.</summary>
    private static TrackedEvent Kept(TrackedEvent tracked) => tracked with
    {
        IngestId = "",
        BrandId = "",
        Keys = new() { Email = tracked.Keys.Email, Phone = tracked.Keys.Phone, Fbclid = tracked.Keys.Fbclid is null ? null : [] },
        Traits = new()
        {
            Page = tracked.Traits.Page,
            UtmSource = tracked.Traits.UtmSource,
            UtmMedium = tracked.Traits.UtmMedium,
            UtmCampaign = tracked.Traits.UtmCampaign,
            UtmContent = tracked.Traits.UtmContent,
            UtmTerm = tracked.Traits.UtmTerm,
            Gclid = tracked.Traits.Gclid,
        },
    };

    private SealedBox? Reseal(Brand brand, SealedBox box)
    {
        byte[] clear = [];
        return Open(() => clear = sealer.Open(brand.TenantId, SealPurpose.UserData, box)) is null
            ? null
            : sealer.Seal(brand.TenantId, SealPurpose.Window, clear, KeyRef.Window);
    }

    private static UserData? Open(Func<byte[]> open)
    {
        try
        {
            return UserData.TryDecode(open(), out var userData) ? userData : null;
        }
        catch (Exception e) when (e is KeyGoneException or CryptographicException)
        {
            // Shredded, or sealed for somebody else: the event still matches, it only adds no user data.
            return null;
        }
    }
}
