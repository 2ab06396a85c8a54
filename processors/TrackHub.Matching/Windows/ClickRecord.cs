using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>
/// The whole event behind a window's member, as Redis holds it: the value of <c>track-events</c> in wire format, its user data resealed
/// under the tenant's window key, which outlives the day keys and can be erased in place.
/// </summary>
internal sealed class ClickRecordCodec(RecordCodec codec, Sealer sealer)
{
    private static readonly RecordCoordinates InRedis = new("redis", 0, 0);

    /// <summary>The bytes to keep. User data whose day key is gone, or that is no user data, is left out.</summary>
    public async ValueTask<byte[]> EncodeAsync(Brand brand, TrackedEvent tracked, CancellationToken cancellationToken)
    {
        // What comes from the table is sealed as it is kept here.
        var box = tracked.UserData is null || tracked.UserData.KeyId == KeyRef.Window.Id ? tracked.UserData : Reseal(brand, tracked.UserData);
        return await codec.EncodeAsync(Topics.TrackEvents, tracked with { UserData = box }, cancellationToken);
    }

    /// <summary>Fetches the schemas these values need.</summary>
    public ValueTask PrepareAsync(IEnumerable<byte[]> values, CancellationToken cancellationToken) =>
        codec.PrepareAsync([.. values.Select(static value => new StreamRecord { Coordinates = InRedis, Timestamp = default, Value = value })], cancellationToken);

    /// <summary>Reads a kept record; false for bytes that are none.</summary>
    public bool TryDecode(byte[] value, [MaybeNullWhen(false)] out TrackedEvent tracked) => codec.TryDecode(value, out tracked, out _);

    /// <summary>User data sealed under the window key; null if there is none or it cannot be opened.</summary>
    public UserData? Open(Brand brand, SealedBox? box) => box is null ? null : Open(() => sealer.Open(brand.TenantId, SealPurpose.Window, box));

    private SealedBox? Reseal(Brand brand, SealedBox box) =>
        Open(() => sealer.OpenUserData(brand.TenantId, box).ToAvro()) is { } userData
            ? sealer.Seal(brand.TenantId, SealPurpose.Window, userData.ToAvro(), KeyRef.Window)
            : null;

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
