namespace TrackHub.Dispatch.Lanes;

/// <summary>A brand's pixel, or, with empty ids, the side track of events whose pixel is gone.</summary>
internal readonly record struct LaneId(string BrandId, string PixelId)
{
    /// <summary>For events that will not be sent: no garbage in a record makes a lane of its own.</summary>
    public static LaneId SideTrack { get; } = new("", "");
}

/// <summary>What a worker takes from a lane: events, and leave to call for them.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Events">From 1, each with another key.</param>
/// <param name="Permit">Leave to call; null while the lane is closed or parked.</param>
internal sealed record LaneTurn(LaneGate Lane, IReadOnlyList<WaitingEvent> Events, CallPermit? Permit)
{
    /// <summary>When the batch had waited long enough for company, on the process's clock; what it waited after that it waited for a slot.</summary>
    public long DueAt { get; init; }
}

/// <summary>Events that wait for one pixel, Purchases before browser events, and when they are due. Thread-safe; bounded.</summary>
internal sealed class Lane(LaneGate gate, DispatchOptions options, TimeProvider clock) : IDisposable
{
    // What an event's JSON adds to its record: hexadecimal hashes stay what they are, names and punctuation come on top.
    private const int JsonOverheadBytes = 700;

    private readonly Lock _queues = new();
    private readonly Queue<WaitingEvent> _purchases = new();
    private readonly Queue<WaitingEvent> _others = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Which.</summary>
    public LaneId Id => gate.Id;

    /// <summary>Whether it may call.</summary>
    public LaneGate Gate => gate;

    /// <summary>Events waiting.</summary>
    public int Waiting
    {
        get
        {
            lock (_queues)
                return _purchases.Count + _others.Count;
        }
    }

    /// <summary>Adds an event; false when the lane is full, which it is sooner where nothing flows: it must wait elsewhere.</summary>
    public bool TryAdd(WaitingEvent e)
    {
        lock (_queues)
        {
            if (!HasRoom(e.IsOrder))
                return false;
            (e.IsOrder ? _purchases : _others).Enqueue(e);
            if (_arrived.CurrentCount == 0)
                _arrived.Release();
            return true;
        }
    }

    /// <summary>The next batch, once it is due and a call may be made; of a closed or parked lane at once. One caller at a time gathers, the others wait behind it.</summary>
    /// <param name="slots">Slots of all lanes; with a permit one is taken for the caller to release.</param>
    /// <param name="stoppingToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">Stopped; no slot is taken and no permit given.</exception>
    public async Task<LaneTurn> TakeAsync(CallSlots slots, CancellationToken stoppingToken)
    {
        await _turn.WaitAsync(stoppingToken);
        try
        {
            while (true)
            {
                await UntilDueAsync(stoppingToken);
                var changed = gate.Changed;
                var door = gate.Door;
                if (door is Door.Busy)
                    await changed.WaitAsync(stoppingToken);
                else if (door is Door.Closed or Door.Parked)
                {
                    if (Take(options.MaxBatchEvents) is { Count: > 0 } turnedAway)
                        return new(gate, turnedAway, null);
                }
                else if (await TakeToCallAsync(slots, stoppingToken) is { } turn)
                    return turn;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Time until a batch is due: zero when it is full or its oldest event waited long enough; null when nothing waits.</summary>
    public TimeSpan? DueIn()
    {
        lock (_queues)
        {
            if (_purchases.Count + _others.Count >= options.MaxBatchEvents)
                return TimeSpan.Zero;
            var purchase = Left(_purchases, options.Linger);
            var other = Left(_others, options.BulkLinger);
            return purchase < other || other is null ? purchase : other;
        }
    }

    /// <summary>Takes what one call may hold, oldest Purchases first; of events with one id the first only. Events of lost partitions are let go.</summary>
    /// <param name="most">Events at most, from 1.</param>
    public IReadOnlyList<WaitingEvent> Take(int most)
    {
        var batch = new List<WaitingEvent>();
        var keys = new HashSet<EventKey>();
        var bytes = 0;
        lock (_queues)
        {
            foreach (var queue in (ReadOnlySpan<Queue<WaitingEvent>>)[_purchases, _others])
            {
                while (batch.Count < most && queue.TryPeek(out var e))
                {
                    if (!e.Revoked.IsCancellationRequested)
                    {
                        bytes += JsonOverheadBytes + (e.Record.Value?.Length ?? 0);
                        if ((batch.Count > 0 && bytes > options.MaxBatchBytes) || !keys.Add(e.Key))
                            return batch;
                        batch.Add(e);
                    }

                    queue.Dequeue();
                }
            }
        }

        return batch;
    }

    /// <summary>Ends a lane nobody waits on any more.</summary>
    public void Dispose()
    {
        _arrived.Dispose();
        _turn.Dispose();
    }

    private async Task<LaneTurn?> TakeToCallAsync(CallSlots slots, CancellationToken stoppingToken)
    {
        var dueAt = clock.GetTimestamp();
        await slots.EnterAsync(Id.BrandId, HasPurchase, stoppingToken);   // under load the batch grows meanwhile
        if (gate.TryEnter() is { } permit)
        {
            if (Take(permit.IsProbe ? 1 : options.MaxBatchEvents) is { Count: > 0 } batch)
                return new(gate, batch, permit) { DueAt = dueAt };
            permit.Leave();
        }

        slots.Leave(Id.BrandId);
        return null;
    }

    private bool HasRoom(bool isOrder)
    {
        var places = gate.Flows ? options.LaneBurst : options.LaneQueue;
        return _purchases.Count + _others.Count < places && (isOrder || _others.Count < places - (options.LaneQueue / 2));
    }

    private bool HasPurchase()
    {
        lock (_queues)
            return _purchases.Count > 0;
    }

    private async Task UntilDueAsync(CancellationToken stoppingToken)
    {
        while (DueIn() is not { Ticks: <= 0 })
        {
            // Looked at again after at most a Purchase's linger, for one may come while browser events wait.
            if (DueIn() is { Ticks: > 0 } wait)
                await Task.Delay(wait < options.Linger || options.Linger == TimeSpan.Zero ? wait : options.Linger, clock, stoppingToken);
            else if (Waiting == 0)
                await _arrived.WaitAsync(stoppingToken);
        }
    }

    /// <summary>Time until the last beat that is no later than the linger of the oldest. What lanes send on one beat is claimed together.</summary>
    private TimeSpan? Left(Queue<WaitingEvent> queue, TimeSpan linger)
    {
        if (!queue.TryPeek(out var oldest))
            return null;
        var due = oldest.ArrivedAt + Stamps(linger);
        if (Stamps(options.Linger) is > 0 and var beat)
            due -= due % beat;
        var left = clock.GetElapsedTime(clock.GetTimestamp(), due);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private long Stamps(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
