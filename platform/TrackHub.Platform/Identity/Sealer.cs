using System.Buffers;
using System.Security.Cryptography;
using TrackHub.Schemas;

namespace TrackHub.Platform.Identity;

/// <summary>
/// Seals personal data with AES-256-GCM under a key of the tenant. A box is nonce (12 bytes), ciphertext, tag (16 bytes); authenticated
/// with it are tenant, purpose and key id, each behind its length. Thread-safe.
/// </summary>
/// <remarks>
/// Nonces are random: NIST SP 800-38D allows 2^32 boxes a key, which a tenant's day does not reach (50,000 a second for a day).
/// </remarks>
public sealed class Sealer(KeyRing keys)
{
    /// <summary>Owner of what belongs to no known tenant, for instance a poison record. It has day keys and no window key.</summary>
    public const string SystemTenant = "system";

    private const int NonceBytes = 12;   // NIST SP 800-38D, 8.2.2: 96 random bits
    private const int TagBytes = 16;

    // Ours take some 60; longer ids take an array.
    private const int StackAad = 256;

    // Four hashes of each field would not fit; nearly nobody has them.
    private const int UsualUserData = 2 * 1024;

    /// <summary>Seals bytes.</summary>
    /// <exception cref="KeyGoneException">There is no such key.</exception>
    public SealedBox Seal(string tenantId, SealPurpose purpose, ReadOnlySpan<byte> clear, KeyRef key)
    {
        var box = new byte[BoxBytes(clear.Length)];
        Seal(tenantId, purpose, clear, key, box);
        return new SealedBox { KeyId = key.Id, Box = box };
    }

    /// <summary>Bytes of the box of so many bytes in clear.</summary>
    internal static int BoxBytes(int clear) => NonceBytes + clear + TagBytes;

    /// <summary>Seals bytes into <paramref name="box"/>, which has exactly <see cref="BoxBytes"/>, without allocating.</summary>
    /// <exception cref="KeyGoneException">There is no such key.</exception>
    internal void Seal(string tenantId, SealPurpose purpose, ReadOnlySpan<byte> clear, KeyRef key, Span<byte> box)
    {
        ArgumentNullException.ThrowIfNull(tenantId);
        var nonce = box[..NonceBytes];
        RandomBytes.Take(nonce);

        Span<byte> aad = stackalloc byte[StackAad];
        keys.Find(tenantId, key).Encrypt(nonce, clear, box[NonceBytes..^TagBytes], box[^TagBytes..], Aad(tenantId, purpose, key, aad));
    }

    /// <summary>Opens a box.</summary>
    /// <exception cref="KeyGoneException">Its key is gone: what it held is shredded.</exception>
    /// <exception cref="CryptographicException">Not sealed for this tenant, purpose and key, or damaged.</exception>
    public byte[] Open(string tenantId, SealPurpose purpose, SealedBox box)
    {
        ArgumentNullException.ThrowIfNull(tenantId);
        ArgumentNullException.ThrowIfNull(box);
        if (box.Box.Length < NonceBytes + TagBytes)
            throw new CryptographicException($"A sealed box has at least {NonceBytes + TagBytes} bytes, this one {box.Box.Length}.");

        var sealedBytes = box.Box.AsSpan();
        var clear = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        var key = new KeyRef(box.KeyId);
        Span<byte> aad = stackalloc byte[StackAad];
        keys.Find(tenantId, key).Decrypt(
            sealedBytes[..NonceBytes], sealedBytes[NonceBytes..^TagBytes], sealedBytes[^TagBytes..], clear, Aad(tenantId, purpose, key, aad));
        return clear;
    }

    /// <summary>Seals user data for a record written at <paramref name="now"/>, under the tenant's key of that day.</summary>
    /// <exception cref="KeyGoneException">The day has no secret.</exception>
    public SealedBox SealUserData(string tenantId, UserData userData, DateTimeOffset now)
    {
        var rented = ArrayPool<byte>.Shared.Rent(UsualUserData);
        try
        {
            return userData.TryEncode(rented, out var written)
                ? Seal(tenantId, SealPurpose.UserData, rented.AsSpan(0, written), KeyRef.Day(now))
                : Seal(tenantId, SealPurpose.UserData, userData.ToAvro(), KeyRef.Day(now));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);   // it held a person
        }
    }

    /// <summary>Opens the user data of a record.</summary>
    /// <exception cref="KeyGoneException">Its day was shredded.</exception>
    /// <exception cref="CryptographicException">Not this tenant's user data, or damaged.</exception>
    public UserData OpenUserData(string tenantId, SealedBox box) =>
        AvroCodec.Decode<UserData>(Open(tenantId, SealPurpose.UserData, box));

    private static ReadOnlySpan<byte> Aad(string tenantId, SealPurpose purpose, KeyRef key, Span<byte> room) =>
        LengthPrefixed.Of(room, tenantId, NameOf(purpose), key.Id);

    // Names are part of what is authenticated: they outlive the enum's spelling.
    private static string NameOf(SealPurpose purpose) => purpose switch
    {
        SealPurpose.UserData => "user_data",
        SealPurpose.Window => "window",
        SealPurpose.DeadLetter => "dead_letter",
        SealPurpose.Quarantine => "quarantine",
        SealPurpose.Spool => "spool",
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "No such purpose."),
    };
}
