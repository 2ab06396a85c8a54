namespace TrackHub.MetaSim.Control;

/// <summary>The last calls of the events edge, refused ones too. Thread-safe.</summary>
/// <remarks>Full means the oldest call is forgotten: at 10,000 calls or 500,000 event ids.</remarks>
internal sealed class CallLog
{
    private const int MaxCalls = 10_000;
    private const int MaxIds = 500_000;

    private readonly Lock _lock = new();
    private readonly Queue<LoggedCall> _calls = new();
    private int _ids;
    private long _lastSequence;

    /// <summary>Logs a call when its answer is decided.</summary>
    public void Add(LoggedCall call)
    {
        lock (_lock)
        {
            _calls.Enqueue(call with { Sequence = ++_lastSequence });
            _ids += call.EventIds.Count;
            while (_calls.Count > MaxCalls || _ids > MaxIds)
                _ids -= _calls.Dequeue().EventIds.Count;
        }
    }

    /// <summary>Calls after a sequence number, oldest first.</summary>
    public List<LoggedCall> Read(string? dataset, string? eventId, long after, int limit)
    {
        lock (_lock)
        {
            return [.. _calls.Where(c => c.Sequence > after && (dataset is null || c.Dataset == dataset) && (eventId is null || c.EventIds.Contains(eventId))).Take(limit)];
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _calls.Clear();
            _ids = 0;
            _lastSequence = 0;
        }
    }
}

/// <summary>One call.</summary>
/// <param name="Batch">The id its stored events carry.</param>
/// <param name="Outcome">As in <see cref="SimStatistics.Called"/>.</param>
/// <param name="Behaviour">Id of the behaviour that applied, or null.</param>
/// <param name="IsStored">Whether its events were stored.</param>
internal sealed record LoggedCall(
    string Dataset, string? Token, string Batch, DateTimeOffset ReceivedAt, IReadOnlyList<string> EventIds, string Outcome, int? Behaviour, bool IsStored)
{
    public long Sequence { get; init; }
}
