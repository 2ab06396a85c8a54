using System.Collections.Concurrent;
using System.Diagnostics;

namespace TrackHub.Platform.Streams;

/// <summary>Waiters for single records, those not in use; and the one timer that ends the waits of those that are late. Thread-safe.</summary>
/// <remarks>
/// The timer comes when the earliest deadline is due that it found when it came last, and looks at all waiters then: a few times a second however many records
/// pass, where a timer for each waiter came thousands of times (ingress-profile.md).
/// </remarks>
internal sealed class AckPool : IDisposable
{
    // What a busy process has in flight; more are made and let go.
    private const int MostIdle = 1_024;

    private readonly ConcurrentQueue<PendingAck> _idle = new();
    private readonly ConcurrentDictionary<PendingAck, byte> _made = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private long _due = long.MaxValue;   // when the timer comes
    private int _count;

    /// <summary>Makes a pool.</summary>
    /// <param name="slots">By which reports come.</param>
    /// <param name="metrics">Counts what is sent.</param>
    /// <param name="clock">Tells when a record is late.</param>
    public AckPool(ReportSlots slots, StreamMetrics metrics, TimeProvider clock)
    {
        (Slots, Metrics, Clock) = (slots, metrics, clock);
        _timer = clock.CreateTimer(static state => ((AckPool)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>By which reports come.</summary>
    public ReportSlots Slots { get; }

    /// <summary>Counts what is sent.</summary>
    public StreamMetrics Metrics { get; }

    /// <summary>Tells when a record is late.</summary>
    public TimeProvider Clock { get; }

    /// <summary>One for a record that is about to be handed over.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="span">Span of its sending, ended with it.</param>
    /// <param name="limit">How long its report may take; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the client library tries.</param>
    public PendingAck Take(string topic, Activity? span, TimeSpan limit)
    {
        if (_idle.TryDequeue(out var ack))
        {
            Interlocked.Decrement(ref _count);
        }
        else
        {
            ack = new(this);
            _made[ack] = 0;
        }

        var started = Clock.GetTimestamp();
        var deadline = limit == Timeout.InfiniteTimeSpan ? long.MaxValue : started + (long)(limit.TotalSeconds * Clock.TimestampFrequency);
        ack.Begin(topic, span, started, deadline);
        if (deadline < Volatile.Read(ref _due))
            Arm(deadline);
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
        Drop(ack);
    }

    /// <summary>Lets one go that must not be used again.</summary>
    public void Drop(PendingAck ack)
    {
        _made.TryRemove(ack, out _);
        Slots.Return(ack.Token);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        while (_idle.TryDequeue(out var ack))
            Drop(ack);
    }

    private void Arm(long deadline)
    {
        lock (_gate)
        {
            if (deadline >= _due)
                return;

            Volatile.Write(ref _due, deadline);
            // Timers count whole milliseconds; one that came a little early would find nobody late yet.
            var left = Math.Ceiling(Clock.GetElapsedTime(Clock.GetTimestamp(), deadline).TotalMilliseconds);
            _timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, left)), Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        // Whoever begins from here on arms the timer anew or is looked at below: this is written before the waiters are read, and theirs the other way round.
        Interlocked.Exchange(ref _due, long.MaxValue);
        var (now, next) = (Clock.GetTimestamp(), long.MaxValue);
        foreach (var (ack, _) in _made)
            next = Math.Min(next, ack.EndIfLate(now));
        if (next < long.MaxValue)
            Arm(next);
    }
}
