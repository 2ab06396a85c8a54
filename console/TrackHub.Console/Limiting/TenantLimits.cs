using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Listening;

namespace TrackHub.ConsoleApi.Limiting;

/// <summary>How often a tenant may ask: a token bucket of a minute's requests for each bucket of endpoints. In this process; thread-safe.</summary>
/// <remarks>Buckets that are full and idle are let go. Several consoles beside each other count each for itself.</remarks>
internal sealed class TenantLimits : IDisposable
{
    private readonly PartitionedRateLimiter<(string TenantId, RequestBucket Bucket)> _limiter;

    /// <summary>Makes it by the options.</summary>
    public TenantLimits(IOptions<ConsoleOptions> options)
    {
        var (console, setup) = (options.Value.RequestsPerMinute, options.Value.SetupRequestsPerMinute);
        _limiter = PartitionedRateLimiter.Create<(string TenantId, RequestBucket Bucket), (string, RequestBucket)>(key =>
            MinuteBucket.Of(key, key.Bucket is RequestBucket.Setup ? setup : console));
    }

    /// <summary>Takes a request.</summary>
    /// <returns>Zero if there was one; else how long until there is.</returns>
    public TimeSpan Take(string tenantId, RequestBucket bucket) => MinuteBucket.Take(_limiter, (tenantId, bucket));

    /// <inheritdoc/>
    public void Dispose() => _limiter.Dispose();
}

/// <summary>Token buckets that hold a minute's worth and fill evenly.</summary>
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
