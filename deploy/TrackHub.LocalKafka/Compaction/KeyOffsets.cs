using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TrackHub.LocalKafka.Compaction;

/// <summary>The offset of the last record of each key, for as many keys as fit.</summary>
/// <remarks>
/// Keys are told apart by 128 bits of SHA-256, so an entry has the same size whatever its key, and nobody can make two keys meet.
/// Not thread-safe.
/// </remarks>
/// <param name="capacity">Most keys; at least 1.</param>
internal sealed class KeyOffsets(int capacity)
{
    /// <summary>About what an entry costs, room to grow included.</summary>
    public const int BytesPerKey = 64;

    private readonly Dictionary<UInt128, long> _offsets = [];

    /// <summary>Notes a record; those of a key come in order of offset. False if its key is new and there is no room.</summary>
    public bool TryPut(ReadOnlySpan<byte> key, long offset)
    {
        var hash = HashOf(key);
        if (_offsets.Count >= capacity && !_offsets.ContainsKey(hash))
            return false;

        _offsets[hash] = offset;
        return true;
    }

    /// <summary>Whether a later record with this key was noted.</summary>
    public bool HasLater(ReadOnlySpan<byte> key, long offset) => _offsets.TryGetValue(HashOf(key), out var last) && last > offset;

    public void Clear() => _offsets.Clear();

    private static UInt128 HashOf(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
