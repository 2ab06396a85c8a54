using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using TrackHub.Platform.Tenants;

namespace TrackHub.Platform.Identity;

/// <summary>What a blind index is of; part of what is hashed, so that equal text of two kinds gives two indexes.</summary>
public enum IndexKind
{
    /// <summary>E-mail address.</summary>
    Email,

    /// <summary>Phone number.</summary>
    Phone,

    /// <summary>Meta's click id, case kept.</summary>
    Fbclid,

    /// <summary>The site's own id of the person.</summary>
    ExternalId,

    /// <summary>Full address.</summary>
    Ip,

    /// <summary>IPv4 /24 or IPv6 /48.</summary>
    IpPrefix,

    /// <summary>Raw user agent.</summary>
    UserAgent,
}

/// <summary>
/// Blind indexes: the first 16 bytes of HMAC-SHA256, under the brand's index key, over a kind prefix and the normalised value. They can be
/// compared inside the brand and reversed by nobody without its key. Thread-safe.
/// </summary>
public static class BlindIndex
{
    /// <summary>Bytes of an index.</summary>
    public const int Bytes = 16;

    private const int StackBytes = 512;

    private static readonly RecentIndexes Recent = new();

    /// <summary>The index of a value.</summary>
    /// <param name="brand">Whose key is used.</param>
    /// <param name="kind">What the value is.</param>
    /// <param name="value">
    /// The normalised value, primary spelling; for e-mail, phone and external id its SHA-256 in lower-case hex is taken as well and gives the
    /// same index, because some pages hand over hashes only.
    /// </param>
    public static byte[] Of(Brand brand, IndexKind kind, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        var index = new byte[Bytes];
        Write(brand, kind, value, index);
        return index;
    }

    /// <summary>Writes the index of a value to the first <see cref="Bytes"/> bytes of <paramref name="index"/>, without allocating; as <see cref="Of"/>.</summary>
    internal static void Write(Brand brand, IndexKind kind, scoped ReadOnlySpan<char> value, Span<byte> index)
    {
        ArgumentNullException.ThrowIfNull(brand);
        Span<char> hex = stackalloc char[Normalizer.HexDigits];
        if (kind is IndexKind.Email or IndexKind.Phone or IndexKind.ExternalId && !Hashes.IsSha256(value))
        {
            Normalizer.WriteSha256Hex(value, hex);
            value = hex;
        }

        if (!RecentIndexes.AreShared(kind))
        {
            Compute(brand, kind, value, index);
        }
        else if (!Recent.TryCopy(brand.IndexKey, kind, value, index))
        {
            Compute(brand, kind, value, index);
            Recent.Keep(brand.IndexKey, kind, value, index[..Bytes]);
        }
    }

    private static void Compute(Brand brand, IndexKind kind, ReadOnlySpan<char> text, Span<byte> index)
    {
        var prefix = Prefix(kind);
        var most = prefix.Length + Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[]? rented = null;
        var bytes = most <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(most);
        prefix.CopyTo(bytes);
        var length = prefix.Length + Encoding.UTF8.GetBytes(text, bytes[prefix.Length..]);

        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        brand.IndexKey.Hash(bytes[..length], mac);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        mac[..Bytes].CopyTo(index);
    }

    // No prefix begins another, and each ends with a byte no value has: kind and value cannot run into each other.
    private static ReadOnlySpan<byte> Prefix(IndexKind kind) => kind switch
    {
        IndexKind.Email => "email\0"u8,
        IndexKind.Phone => "phone\0"u8,
        IndexKind.Fbclid => "fbclid\0"u8,
        IndexKind.ExternalId => "external_id\0"u8,
        IndexKind.Ip => "ip\0"u8,
        IndexKind.IpPrefix => "ip_prefix\0"u8,
        IndexKind.UserAgent => "user_agent\0"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind."),
    };
}
