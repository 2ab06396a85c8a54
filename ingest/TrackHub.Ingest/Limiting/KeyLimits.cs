using System.Threading.RateLimiting;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Limiting;

/// <summary>A token bucket of browser events per write key, in this process. Thread-safe.</summary>
/// <remarks>Only keys that the directory knows have one. A changed setting takes a new, full bucket. Buckets that stay idle are let go.</remarks>
internal sealed class KeyLimits : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Get with a limiter that the partitions' own timer refills: GetTokenBucketLimiter would allocate a closure for each call.
    private readonly PartitionedRateLimiter<Bucket> _limiter = PartitionedRateLimiter.Create<Bucket, Bucket>(static bucket =>
        RateLimitPartition.Get(bucket, static b => new TokenBucketRateLimiter(new()
        {
            TokenLimit = b.Size,
            TokensPerPeriod = b.PerSecond,
            ReplenishmentPeriod = Second,
            AutoReplenishment = false,
            QueueLimit = 0,   // empty: refuse at once, the tracker comes back
        })));

    /// <summary>Takes events from a key's bucket.</summary>
    /// <param name="key">The key.</param>
    /// <param name="brand">Its brand, whose settings say how large the bucket is.</param>
    /// <param name="events">How many; more than a full bucket has count as all of it, 0 asks whether there is one.</param>
    /// <returns>Zero if they were there; else how long until they are, and none is taken.</returns>
    public TimeSpan Take(WriteKey key, Brand brand, int events)
    {
        var bucket = new Bucket(key.Id, brand.Settings.TrackPerSecond, brand.Settings.TrackBurst);
        using var lease = _limiter.AttemptAcquire(bucket, Math.Min(events, bucket.Size));
        if (lease.IsAcquired)
            return TimeSpan.Zero;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > Second ? wait : Second;
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();

    private readonly record struct Bucket(string KeyId, int PerSecond, int Burst)
    {
        public int Size => Math.Max(Burst, PerSecond);
    }
}
