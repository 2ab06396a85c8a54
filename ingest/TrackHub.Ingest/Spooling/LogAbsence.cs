namespace TrackHub.Ingest.Spooling;

/// <summary>Whether the log is known not to answer: what one webhook found out by waiting holds for all. Thread-safe.</summary>
internal sealed class LogAbsence
{
    private TaskCompletionSource _begun = New();

    /// <summary>Completes when the log is found not to answer; from then on nobody waits for it until <see cref="End"/>.</summary>
    public Task Begun => Volatile.Read(ref _begun).Task;

    /// <summary>Whether the log is known not to answer.</summary>
    public bool IsOn => Begun.IsCompleted;

    /// <summary>Somebody waited for the log in vain.</summary>
    public void Begin() => Volatile.Read(ref _begun).TrySetResult();

    /// <summary>The log answers, or there is nothing in the spool to ask it with.</summary>
    public void End()
    {
        if (IsOn)
            Volatile.Write(ref _begun, New());
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
