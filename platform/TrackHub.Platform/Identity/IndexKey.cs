using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace TrackHub.Platform.Identity;

/// <summary>HMAC-SHA256 key of a brand's blind indexes. Never printed. Thread-safe.</summary>
/// <remarks>Setting a keyed hash up costs more than an index takes (IdBenchmarks), and it is not safe for concurrent use: it is pooled.</remarks>
public sealed class IndexKey(byte[] key)
{
    // As many as threads ever indexed at once; a bag gives a thread back its own. They end with the key, by their finalizers.
    private readonly ConcurrentBag<IncrementalHash> _idle = [];

    /// <summary>Bytes of the key.</summary>
    public int Length => key.Length;

    /// <inheritdoc/>
    public override string ToString() => "***";

    /// <summary>Writes the keyed hash of a text, 32 bytes.</summary>
    internal void Hash(ReadOnlySpan<byte> text, Span<byte> mac)
    {
        if (!_idle.TryTake(out var hash))
            hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

        hash.AppendData(text);
        hash.GetHashAndReset(mac);
        _idle.Add(hash);   // not after a fault, which leaves it half full
    }
}
