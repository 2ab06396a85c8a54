namespace TrackHub.LocalKafka.Storage;

/// <summary>Who waits for an append to one partition.</summary>
/// <remarks>Thread-safe; takes no lock while nobody waits.</remarks>
internal sealed class AppendWaiters
{
    private readonly Lock _changing = new();
    private readonly List<AppendWaiter> _waiters = [];
    private int _count;

    public void Add(AppendWaiter waiter)
    {
        lock (_changing)
        {
            _waiters.Add(waiter);
            Volatile.Write(ref _count, _waiters.Count);
        }
    }

    public void Remove(AppendWaiter waiter)
    {
        lock (_changing)
        {
            _waiters.Remove(waiter);
            Volatile.Write(ref _count, _waiters.Count);
        }
    }

    /// <summary>Ends all waits.</summary>
    public void Signal()
    {
        if (Volatile.Read(ref _count) == 0)
            return;

        lock (_changing)
        {
            foreach (var waiter in _waiters)
                waiter.Signal();
        }
    }
}
