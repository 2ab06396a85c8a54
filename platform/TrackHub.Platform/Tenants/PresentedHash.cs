using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace TrackHub.Platform.Tenants;

/// <summary>SHA-256 of a key or path that a caller presents. Compared in constant time; keys the directory's tables.</summary>
internal readonly struct PresentedHash : IEquatable<PresentedHash>
{
    // Nothing TrackHub hands out is longer; a longer one is hashed on the heap.
    private const int StackBytes = 384;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Takes over 32 stored bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public PresentedHash(ReadOnlySpan<byte> hash)
    {
        if (hash.Length != SHA256.HashSizeInBytes)
            throw new ArgumentException("A stored hash has 32 bytes.", nameof(hash));

        var words = MemoryMarshal.Cast<byte, ulong>(hash);
        (_a, _b, _c, _d) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>The hash of what was presented.</summary>
    public static PresentedHash Of(ReadOnlySpan<char> presented)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var most = Encoding.UTF8.GetMaxByteCount(presented.Length);
        if (most <= StackBytes)
        {
            Span<byte> utf8 = stackalloc byte[StackBytes];
            SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(presented, utf8)], hash);
            return new(hash);
        }

        var rented = ArrayPool<byte>.Shared.Rent(most);
        SHA256.HashData(rented.AsSpan(0, Encoding.UTF8.GetBytes(presented, rented)), hash);
        ArrayPool<byte>.Shared.Return(rented);
        return new(hash);
    }

    /// <summary>The 32 bytes as they are stored.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        var words = MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan());
        (words[0], words[1], words[2], words[3]) = (_a, _b, _c, _d);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(PresentedHash other) =>
        ((_a ^ other._a) | (_b ^ other._b) | (_c ^ other._c) | (_d ^ other._d)) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PresentedHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _a.GetHashCode();
}
