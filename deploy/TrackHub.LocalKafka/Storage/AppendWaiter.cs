namespace TrackHub.LocalKafka.Storage;

/// <summary>Lets one reader wait for an append to any of the partitions it subscribed to.</summary>
internal sealed class AppendWaiter : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    /// <summary>Ends a running or the next wait.</summary>
    public void Signal()
    {
        if (_signal.CurrentCount > 0)
            return;

        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another append signalled in between: one is enough.
        }
    }

    /// <summary>Waits for a signal at most <paramref name="timeout"/>; false when it ran out.</summary>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken stoppingToken) => _signal.WaitAsync(timeout, stoppingToken);

    /// <summary>Only after it was unsubscribed everywhere.</summary>
    public void Dispose() => _signal.Dispose();
}
