namespace TrackHub.LocalKafka.Compaction;

/// <summary>Holds work to a number of bytes per second, so that it leaves the machine to the clients.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class Pace(long bytesPerSecond, TimeProvider clock)
{
    /// <summary>Shorter waits are put together.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(20);

    private readonly long _started = clock.GetTimestamp();
    private long _bytes;

    /// <summary>Counts bytes and waits while there were more than the time allows.</summary>
    public async ValueTask SpendAsync(int bytes, CancellationToken stoppingToken)
    {
        stoppingToken.ThrowIfCancellationRequested();
        _bytes += bytes;
        var ahead = TimeSpan.FromSeconds((double)_bytes / bytesPerSecond) - clock.GetElapsedTime(_started);
        if (ahead >= ShortestWait)
            await Task.Delay(ahead, clock, stoppingToken);
    }
}
