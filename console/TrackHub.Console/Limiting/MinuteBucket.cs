using System.Threading.RateLimiting;

namespace TrackHub.ConsoleApi.Limiting;

/// <summary>Token buckets of this process that hold a minute's worth and fill evenly.</summary>
internal static class MinuteBucket
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    /// <summary>A bucket of so many a minute.</summary>
    public static RateLimitPartition<TKey> Of<TKey>(TKey key, int perMinute)
    {
        var each = TimeSpan.FromMinutes(1) / perMinute;
        var tokens = Math.Max(1, (int)(Shortest / each));
        return RateLimitPartition.GetTokenBucketLimiter(key, _ => new()
        {
            TokenLimit = perMinute,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = each * tokens,
            AutoReplenishment = false,   // the partitions' own timer does it
            QueueLimit = 0,
        });
    }

    /// <summary>Takes one.</summary>
    /// <returns>Zero if there was one; else how long until there is.</returns>
    public static TimeSpan Take<T>(PartitionedRateLimiter<T> limiter, T of)
    {
        using var lease = limiter.AttemptAcquire(of);
        if (lease.IsAcquired)
            return TimeSpan.Zero;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > TimeSpan.Zero ? wait : TimeSpan.FromSeconds(1);
    }
}
