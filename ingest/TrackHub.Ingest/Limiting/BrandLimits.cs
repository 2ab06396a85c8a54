using System.Threading.RateLimiting;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Limiting;

/// <summary>A token bucket of browser events per brand, in this process; payment webhooks are never limited. Singleton, thread-safe.</summary>
/// <remarks>A changed setting takes a new, full bucket. Buckets that stay idle are let go.</remarks>
internal sealed class BrandLimits : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<Bucket> _limiter = PartitionedRateLimiter.Create<Bucket, Bucket>(static bucket =>
        RateLimitPartition.GetTokenBucketLimiter(bucket, static b => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(b.Burst, b.PerSecond),
            TokensPerPeriod = b.PerSecond,
            ReplenishmentPeriod = Second,
            QueueLimit = 0,   // full: refuse at once, the tracker comes back
        }));

    /// <summary>Takes that many events from the brand's bucket; false when it does not hold them.</summary>
    public bool TryTake(Brand brand, int events)
    {
        var bucket = new Bucket(brand.Id, brand.Settings.TrackPerSecond, brand.Settings.TrackBurst);
        using var lease = _limiter.AttemptAcquire(bucket, Math.Min(events, Math.Max(bucket.Burst, bucket.PerSecond)));
        return lease.IsAcquired;
    }

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();

    private readonly record struct Bucket(string BrandId, int PerSecond, int Burst);
}
