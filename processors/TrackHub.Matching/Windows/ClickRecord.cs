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
    /// <summary>The bytes to keep. User data whose day key is gone is left out.</summary>
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
    public UserData? Open(Brand brand, SealedBox? box) =>
        box is not null && TryOpen(brand, SealPurpose.Window, box) is { } clear && UserData.TryDecode(clear, out var userData) ? userData : null;

    // Whether it is user data is seen when it is opened for a sale: not every click is paid for by reading it twice.
    private SealedBox? Reseal(Brand brand, SealedBox box) =>
        TryOpen(brand, SealPurpose.UserData, box) is { } clear ? sealer.Seal(brand.TenantId, SealPurpose.Window, clear, KeyRef.Window) : null;

    private byte[]? TryOpen(Brand brand, SealPurpose purpose, SealedBox box)
    {
        try
        {
            return sealer.Open(brand.TenantId, purpose, box);
        }
        catch (Exception e) when (e is KeyGoneException or CryptographicException)
        {
            // Shredded, or sealed for somebody else: the event still matches, it only adds no user data.
            return null;
        }
    }
}
