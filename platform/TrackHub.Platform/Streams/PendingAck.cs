using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>Waits for the report of one record, for a bounded time, and counts it; used again once both its waiter and the report have been here.</summary>
/// <remarks>In place of a completion source, two tasks, a cancellation promise and a timer a record (ingress-profile.md).</remarks>
internal sealed class PendingAck : IValueTaskSource<RecordCoordinates>, IReportSink, IThreadPoolWorkItem
{
    private readonly AckPool _pool;

    // Continuations run where Execute does: on the thread pool, never on the producer's report thread.
    private ManualResetValueTaskSourceCore<RecordCoordinates> _core;
    private RecordCoordinates _coordinates;
    private LogUnavailableException? _failure;
    private string _topic = "";
    private long _started;
    private long _deadline;
    private int _uses;
    private int _open;      // number of the use that is not decided yet, else 0
    private int _holders;

    /// <summary>Makes one of a pool.</summary>
    public PendingAck(AckPool pool) => (_pool, Token) = (pool, pool.Slots.Take(this));

    /// <summary>What the record carries, so that its report comes here. The same for every use.</summary>
    public nint Token { get; }

    /// <summary>Span of the record's sending; null if it has none.</summary>
    public Activity? Span { get; private set; }

    /// <summary>The record's coordinates once it is persisted; <see cref="LogUnavailableException"/> if it is not, or nobody knows in time. Awaited once.</summary>
    public ValueTask<RecordCoordinates> Completion => new(this, _core.Version);

    /// <summary>The record was not taken: no report comes, and nobody waits.</summary>
    public void Abandon(LogFault fault)
    {
        // Unless the pool's timer was faster, which has already woken a waiter who is not there: then this one is let go.
        if (Interlocked.CompareExchange(ref _open, 0, _uses) != _uses)
        {
            _pool.Drop(this);
            return;
        }

        Count(fault);
        _pool.Return(this);
    }

    /// <inheritdoc/>
    public void Report(in DeliveryReport report)
    {
        if (report.IsPersisted)
            Decide(_uses, new(_topic, report.Partition, report.Offset), null);
        else
            Decide(_uses, default, ProducerClient.Unavailable(report.Error));
        Release();
    }

    /// <inheritdoc/>
    public void Lose()
    {
        // Not used again: whether a report was on its way nobody knows.
        if (Volatile.Read(ref _open) is not 0 and var use)
            Decide(use, default, ProducerClient.Unavailable(ErrorCode.Local_Destroy));
    }

    /// <inheritdoc/>
    public RecordCoordinates GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Release();
        }
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    public void Execute()
    {
        Count(_failure?.Reason);
        if (_failure is { } failure)
            _core.SetException(failure);
        else
            _core.SetResult(_coordinates);
    }

    /// <summary>Begins a use.</summary>
    /// <param name="topic">Topic of the record.</param>
    /// <param name="span">Span of its sending, ended with it.</param>
    /// <param name="started">Now, as the pool's clock counts.</param>
    /// <param name="deadline">When its report is late, likewise.</param>
    public void Begin(string topic, Activity? span, long started, long deadline)
    {
        _core.Reset();
        (_topic, Span) = (topic, span);
        (_failure, _started, _deadline, _holders) = (null, started, deadline, 2);
        _uses = _uses == int.MaxValue ? 1 : _uses + 1;
        Interlocked.Exchange(ref _open, _uses);   // before the pool is asked whether somebody looks
    }

    /// <summary>Ends the wait if it is late.</summary>
    /// <param name="now">Now, as the pool's clock counts.</param>
    /// <returns>When it will be; <see cref="long.MaxValue"/> if nobody waits.</returns>
    public long EndIfLate(long now)
    {
        // The use first: if it ends and another begins meanwhile, what is decided below is not that one.
        var use = Volatile.Read(ref _open);
        var deadline = Volatile.Read(ref _deadline);
        if (use is 0)
            return long.MaxValue;
        if (deadline > now)
            return deadline;

        Decide(use, default, new LogUnavailableException(LogFault.TimedOut, $"The log did not acknowledge within {_pool.Clock.GetElapsedTime(_started, deadline)}."));
        return long.MaxValue;
    }

    private void Decide(int use, RecordCoordinates coordinates, LogUnavailableException? failure)
    {
        if (Interlocked.CompareExchange(ref _open, 0, use) != use)
            return;

        (_coordinates, _failure) = (coordinates, failure);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Count(LogFault? fault)
    {
        _pool.Metrics.Sent(_topic, 1, _pool.Clock.GetElapsedTime(_started), fault);
        RecordTrace.End(Span, fault is { } why ? StreamMetrics.ErrorType(why) : null);
        Span = null;
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) is 0)
            _pool.Return(this);
    }
}
