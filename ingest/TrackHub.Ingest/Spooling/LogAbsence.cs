namespace TrackHub.Ingest.Spooling;

/// <summary>Whether the log is known not to answer: what one webhook found out by waiting holds for all. Thread-safe.</summary>
/// <param name="ackTimeout">How long the log has to acknowledge.</param>
/// <param name="clock">Measures doubt.</param>
internal sealed class LogAbsence(TimeSpan ackTimeout, TimeProvider clock)
{
    private readonly TimeSpan _doubt = ackTimeout / 2;
    private readonly TimeSpan _grain = ackTimeout / 6;
    private TaskCompletionSource _begun = New();
    private Doubt? _last;

    /// <summary>Completes when the log is found not to answer; from then on nobody waits for it until <see cref="End"/>.</summary>
    public Task Begun => Volatile.Read(ref _begun).Task;

    /// <summary>Whether the log is known not to answer.</summary>
    public bool IsOn => Begun.IsCompleted;

    /// <summary>
    /// A task that completes after a third to a half of the time the log has, or when it is found not to answer: whoever still waits then had better not rely on it.
    /// All that ask within a sixth of that time share one timer.
    /// </summary>
    public Task Doubted()
    {
        var last = Volatile.Read(ref _last);
        if (last is null || clock.GetElapsedTime(last.Since) >= _grain)
            Volatile.Write(ref _last, last = new(clock.GetTimestamp(), Task.WhenAny(Task.Delay(_doubt, clock), Begun)));
        return last.Over;
    }

    /// <summary>Somebody waited for the log in vain.</summary>
    public void Begin() => Volatile.Read(ref _begun).TrySetResult();

    /// <summary>The log answers, or there is nothing in the spool to ask it with.</summary>
    public void End()
    {
        if (IsOn)
            Volatile.Write(ref _begun, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Doubt(long Since, Task Over);
}
