using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>Waits for the report of one record, for a bounded time, and counts it; used again once both its waiter and the report have been here.</summary>
/// <remarks>
/// In place of a completion source, two tasks, a cancellation promise and a timer a record (ingress-profile.md). The timer stays armed from use to use and
/// looks, when it fires, whether the record of now is late.
/// </remarks>
internal sealed class PendingAck : IValueTaskSource<RecordCoordinates>, IReportSink, IThreadPoolWorkItem, IDisposable
{
    private readonly Pool _pool;
    private readonly ITimer _timer;

    // Continuations run where Execute does: on the thread pool, never on the producer's report thread.
    private ManualResetValueTaskSourceCore<RecordCoordinates> _core;
    private RecordCoordinates _coordinates;
    private LogUnavailableException? _failure;
    private string _topic = "";
    private TimeSpan _limit;
    private long _started;
    private int _uses;
    private int _open;      // number of the use that is not decided yet, else 0
    private int _armed;
    private int _holders;

    private PendingAck(Pool pool)
    {
        (_pool, Token) = (pool, pool.Slots.Take(this));
        _timer = pool.Clock.CreateTimer(static state => ((PendingAck)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What the record carries, so that its report comes here. The same for every use.</summary>
    public nint Token { get; }

    /// <summary>Span of the record's sending; null if it has none.</summary>
    public Activity? Span { get; private set; }

    /// <summary>The record's coordinates once it is persisted; <see cref="LogUnavailableException"/> if it is not, or nobody knows in time. Awaited once.</summary>
    public ValueTask<RecordCoordinates> Completion => new(this, _core.Version);

    /// <summary>The record was not taken: no report comes, and nobody waits.</summary>
    public void Abandon(LogFault fault)
    {
        // Unless the timer was faster, which has already woken a waiter who is not there: then this one is let go.
        if (Interlocked.CompareExchange(ref _open, 0, _uses) != _uses)
        {
            Dispose();
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

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        _pool.Slots.Return(Token);
    }

    private void Begin(string topic, Activity? span, TimeSpan limit)
    {
        _core.Reset();
        (_topic, Span) = (topic, span);
        (_failure, _limit, _started, _holders) = (null, limit, _pool.Clock.GetTimestamp(), 2);
        _uses = _uses == int.MaxValue ? 1 : _uses + 1;
        Volatile.Write(ref _open, _uses);
        if (limit != Timeout.InfiniteTimeSpan && Interlocked.Exchange(ref _armed, 1) is 0)
            _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        Interlocked.Exchange(ref _armed, 0);

        // The use first: if it ends and another begins meanwhile, what is decided below is not that one.
        var use = Volatile.Read(ref _open);
        if (use is 0 || _limit == Timeout.InfiniteTimeSpan)
            return;

        var left = _limit - _pool.Clock.GetElapsedTime(_started);
        if (left <= TimeSpan.Zero)
            Decide(use, default, new LogUnavailableException(LogFault.TimedOut, $"The log did not acknowledge within {_limit}."));
        else if (Interlocked.Exchange(ref _armed, 1) is 0)
            _timer.Change(left, Timeout.InfiniteTimeSpan);
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

    /// <summary>Those not in use. Thread-safe.</summary>
    /// <param name="slots">By which reports come.</param>
    /// <param name="metrics">Counts what is sent.</param>
    /// <param name="clock">Tells when a record is late.</param>
    internal sealed class Pool(ReportSlots slots, StreamMetrics metrics, TimeProvider clock) : IDisposable
    {
        // What a busy process has in flight; more are made and let go.
        private const int MostIdle = 1_024;

        private readonly ConcurrentQueue<PendingAck> _idle = new();
        private int _count;

        /// <summary>By which reports come.</summary>
        public ReportSlots Slots => slots;

        /// <summary>Counts what is sent.</summary>
        public StreamMetrics Metrics => metrics;

        /// <summary>Tells when a record is late.</summary>
        public TimeProvider Clock => clock;

        /// <summary>One for a record that is about to be handed over.</summary>
        /// <param name="topic">Its topic.</param>
        /// <param name="span">Span of its sending, ended with it.</param>
        /// <param name="limit">How long its report may take; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the client library tries.</param>
        public PendingAck Take(string topic, Activity? span, TimeSpan limit)
        {
            if (_idle.TryDequeue(out var ack))
                Interlocked.Decrement(ref _count);
            else
                ack = new(this);
            ack.Begin(topic, span, limit);
            return ack;
        }

        /// <summary>Takes one back.</summary>
        public void Return(PendingAck ack)
        {
            if (Interlocked.Increment(ref _count) <= MostIdle)
            {
                _idle.Enqueue(ack);
                return;
            }

            Interlocked.Decrement(ref _count);
            ack.Dispose();
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            while (_idle.TryDequeue(out var ack))
                ack.Dispose();
        }
    }
}
