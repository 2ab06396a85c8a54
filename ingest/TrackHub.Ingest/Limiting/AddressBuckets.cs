using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace TrackHub.Ingest.Limiting;

/// <summary>A token bucket per client address, in memory that never grows. Thread-safe, allocates nothing.</summary>
/// <remarks>
/// A bucket is kept as the moment at which it is full again: taking n moves that moment n intervals on, and what would move it further than the burst
/// from now is refused (the generic cell rate algorithm in its virtual scheduling form, ITU-T I.371 annex A). A full bucket needs no place. Where all
/// places of a set hold emptier ones, the fullest is forgotten: somebody with very many addresses can make limits forget, but neither keep others out
/// nor make the process grow. That is why this is not the framework's PartitionedRateLimiter, which keeps what every address of the last ten seconds
/// had, hundreds of bytes each, and walks through all of them ten times a second.
/// </remarks>
/// <param name="perSecond">Tokens a second, at least 1.</param>
/// <param name="burst">Tokens of a full bucket; at least a second's worth counts.</param>
/// <param name="clock">Tells how far they have filled up.</param>
internal sealed class AddressBuckets(int perSecond, int burst, TimeProvider clock)
{
    /// <summary>Addresses that are remembered at most: 1 MiB.</summary>
    public const int Capacity = 64 * 1024;

    private const int Places = 8;
    private const int Sets = Capacity / Places;
    private const ulong OfIPv4 = 0x0000_FFFF_0000_0000;   // below 0:ffff::/32, which no IPv6 client has

    private readonly int _burst = Math.Max(burst, perSecond);
    private readonly long _interval = clock.TimestampFrequency / perSecond;
    private readonly Bucket[] _buckets = new Bucket[Capacity];
    private readonly Lock[] _locks = [.. Enumerable.Range(0, 64).Select(static _ => new Lock())];

    /// <summary>Takes tokens from an address's bucket.</summary>
    /// <param name="address">The client; IPv6 counts by its /64, which is one household's or one machine's. Null is an address of its own.</param>
    /// <param name="tokens">How many; more than a full bucket has count as all of it, 0 asks whether there is one.</param>
    /// <returns>Zero if they were there; else how long until they are, and none is taken.</returns>
    public TimeSpan Take(IPAddress? address, int tokens)
    {
        var key = KeyOf(address);
        var set = (int)((uint)HashCode.Combine(key) % Sets);   // seeded at random in each process: nobody can aim at a set
        lock (_locks[set % _locks.Length])
        {
            var now = clock.GetTimestamp();
            ref var bucket = ref PlaceOf(key, _buckets.AsSpan(set * Places, Places));
            var fullAt = bucket.Key == key ? Math.Max(bucket.FullAt, now) : now;
            var cost = _interval * Math.Min(tokens, _burst);
            var missing = fullAt + Math.Max(cost, _interval) - now - (_interval * _burst);
            if (missing > 0)
                return clock.GetElapsedTime(0, missing);

            bucket = new(key, fullAt + cost);
            return TimeSpan.Zero;
        }
    }

    private static ref Bucket PlaceOf(ulong key, Span<Bucket> set)
    {
        var fullest = 0;
        for (var i = 0; i < set.Length; i++)
        {
            if (set[i].Key == key)
                return ref set[i];
            if (set[i].FullAt < set[fullest].FullAt)
                fullest = i;
        }

        return ref set[fullest];
    }

    private static ulong KeyOf(IPAddress? address)
    {
        if (address is null)
            return OfIPv4;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily is AddressFamily.InterNetwork ? OfIPv4 | BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : address.IsIPv4MappedToIPv6 ? OfIPv4 | BinaryPrimitives.ReadUInt32BigEndian(bytes[12..])
            : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private readonly record struct Bucket(ulong Key, long FullAt);
}
