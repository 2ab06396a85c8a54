using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>
/// The event behind a window's member, as Redis holds it: what a won sale needs of its click (<see cref="ClickRecordFormat"/>), its
/// user data resealed under the tenant's window key, which outlives the day keys and can be erased in place.
/// </summary>
internal sealed class ClickRecordCodec(Sealer sealer)
{
    /// <summary>The bytes to keep. User data whose day key is gone, or that is no user data, is left out.</summary>
    public byte[] Encode(Brand brand, TrackedEvent tracked) =>
        // What comes from the table is sealed as it is kept here.
        ClickRecordFormat.Encode(tracked, tracked.UserData is null || tracked.UserData.KeyId == KeyRef.Window.Id ? tracked.UserData : Reseal(brand, tracked.UserData));

    /// <summary>Reads a kept record; false for bytes that are none.</summary>
    /// <param name="brand">Its brand.</param>
    /// <param name="ingestId">Its ingest_id.</param>
    /// <param name="value">What was kept.</param>
    /// <param name="tracked">The event without what only its windows needed: features, and the indexes that are no e-mail or phone.</param>
    public static bool TryDecode(Brand brand, Guid ingestId, byte[] value, [MaybeNullWhen(false)] out TrackedEvent tracked)
    {
        if (!ClickRecordFormat.TryDecode(value, out tracked))
            return false;
        tracked = tracked with { IngestId = ingestId.ToString(), BrandId = brand.Id };
        return true;
    }

    /// <summary>User data sealed under the window key; null if there is none or it cannot be opened.</summary>
    public UserData? Open(Brand brand, SealedBox? box) => box is null ? null : Open(() => sealer.Open(brand.TenantId, SealPurpose.Window, box));

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
