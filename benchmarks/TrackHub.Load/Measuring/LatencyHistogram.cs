using System.Numerics;

namespace TrackHub.Load.Measuring;

/// <summary>
/// Counts of latencies in log-linear buckets: each power of two is cut into equal parts, so that a percentile is off by less than
/// <see cref="RelativeError"/> of its value however long the tail, in memory that does not grow. The maximum is exact. Thread-safe.
/// </summary>
/// <remarks>The layout is that of Gil Tene's HdrHistogram, whose package is not on every feed; see hdrhistogram.org.</remarks>
internal sealed class LatencyHistogram
{
    /// <summary>Largest relative error of a percentile.</summary>
    public const double RelativeError = 1.0 / SubBuckets;

    /// <summary>Longest latency told apart, some 18 minutes; what is longer counts as that, the maximum aside.</summary>
    public const long LongestNanoseconds = (1L << HighestPower) - 1;

    private const int SubBucketPower = 10;
    private const int SubBuckets = 1 << SubBucketPower;
    private const int HighestPower = 40;

    private readonly long[] _counts = new long[IndexOf(LongestNanoseconds) + 1];
    private long _count;
    private long _max;

    /// <summary>Latencies recorded.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>The longest, exact; zero without any.</summary>
    public TimeSpan Max => Span(Volatile.Read(ref _max));

    /// <summary>Counts a latency; a negative one, which a clock that was set back gives, as zero.</summary>
    public void Record(TimeSpan latency)
    {
        var nanoseconds = Math.Max(0, latency.Ticks * TimeSpan.NanosecondsPerTick);
        Interlocked.Increment(ref _counts[IndexOf(Math.Min(nanoseconds, LongestNanoseconds))]);
        Interlocked.Increment(ref _count);
        for (var seen = Volatile.Read(ref _max); nanoseconds > seen;)
        {
            var before = Interlocked.CompareExchange(ref _max, nanoseconds, seen);
            if (before == seen)
                break;
            seen = before;
        }
    }

    /// <summary>The latency that this share of all did not exceed: the smallest with at least that many at or below it.</summary>
    /// <param name="share">0 to 1; 0.999 for p99.9.</param>
    /// <returns>Zero without any latency.</returns>
    public TimeSpan Percentile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        var below = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            below += Volatile.Read(ref _counts[i]);
            if (below >= rank)
                return Span(Math.Min(HighestOf(i), Volatile.Read(ref _max)));
        }

        return Max;
    }

    // Values below SubBuckets have a bucket each; above, the highest SubBucketPower + 1 bits name one.
    private static int IndexOf(long nanoseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)nanoseconds | 1) - SubBucketPower);
        return (shift << SubBucketPower) + (int)(nanoseconds >> shift);
    }

    private static long HighestOf(int index)
    {
        var shift = Math.Max(0, (index >> SubBucketPower) - 1);
        return (((long)index - ((long)shift << SubBucketPower) + 1) << shift) - 1;
    }

    private static TimeSpan Span(long nanoseconds) => new(nanoseconds / TimeSpan.NanosecondsPerTick);
}
