namespace TrackHub.Platform.Tenants;

/// <summary>
/// The directory in memory, which every role reads without asking the database. A change is visible within 5 s, usually at once; while
/// PostgreSQL is away the last good snapshot stays and <see cref="SnapshotAge"/> grows. Thread-safe.
/// </summary>
public sealed class TenantDirectory(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = NewSignal();
    private volatile DirectorySnapshot _current = DirectorySnapshot.Empty;
    private long _confirmedAt = -1;

    /// <summary>The newest snapshot; empty until the first was loaded.</summary>
    public DirectorySnapshot Current => _current;

    /// <summary>Whether a snapshot was ever loaded.</summary>
    public bool IsLoaded => Volatile.Read(ref _confirmedAt) >= 0;

    /// <summary>Time since the database last confirmed the snapshot; null until the first was loaded.</summary>
    public TimeSpan? SnapshotAge =>
        Volatile.Read(ref _confirmedAt) is var at and >= 0 ? clock.GetElapsedTime(at) : null;

    /// <summary>Puts a snapshot in force.</summary>
    public void Publish(DirectorySnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        TaskCompletionSource signal;
        lock (_gate)
        {
            _current = snapshot;
            Volatile.Write(ref _confirmedAt, clock.GetTimestamp());
            signal = _changed;
            _changed = NewSignal();
        }

        signal.TrySetResult();
    }

    /// <summary>Ends when the next snapshot is in force.</summary>
    public Task ChangedAsync(CancellationToken cancelled)
    {
        lock (_gate)
            return _changed.Task.WaitAsync(cancelled);
    }

    /// <summary>Notes that the database was asked and nothing had changed.</summary>
    internal void Confirm() => Volatile.Write(ref _confirmedAt, clock.GetTimestamp());

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
