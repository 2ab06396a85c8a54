using System.Runtime.ExceptionServices;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>Stands between the poll thread, which adds, and the role's loop, which takes batches and says what is done.</summary>
/// <remarks>
/// Thread-safe. Bounded: the poll thread asks <see cref="IsFull"/> and <see cref="PauseChanges"/> and stops fetching; the overshoot is what one
/// poll brings. Records keep their partition's order; partitions share a batch evenly.
/// </remarks>
internal sealed class RecordBuffer(RecordConsumerOptions options, Action<OwnedPartition, long, int?> storeOffset, TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<OwnedPartition> _owned = [];
    private readonly WorkLedger _work = new(options.StartOffsets is null ? storeOffset : null);
    private readonly SemaphoreSlim _arrived = new(0, 1);        // wakes the role's loop
    private readonly ManualResetEventSlim _progress = new();    // wakes the poll thread
    private OwnedPartition? _lastAdded;
    private ExceptionDispatchInfo? _failure;
    private int _ready;
    private int _wanted = int.MaxValue;
    private uint _turn;

    /// <summary>True while no more records should be fetched of any partition.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate)
                return _ready >= options.PrefetchRecords;
        }
    }

    /// <summary>True when half of the room is free again.</summary>
    public bool IsHalfEmpty
    {
        get
        {
            lock (_gate)
                return _ready <= options.PrefetchRecords / 2;
        }
    }

    /// <summary>Partitions owned, those on their way out excluded.</summary>
    public IReadOnlyList<OwnedPartition> Owned
    {
        get
        {
            lock (_gate)
                return [.. _owned.Where(static partition => !partition.Leaving)];
        }
    }

    /// <summary>Begins with a partition.</summary>
    public OwnedPartition Assign(TopicDefinition topic, int number)
    {
        var partition = new OwnedPartition(topic, number);
        lock (_gate)
            _owned.Add(partition);
        return partition;
    }

    /// <summary>Adds a polled record; one of a partition not owned is ignored.</summary>
    public void Add(StreamRecord record)
    {
        lock (_gate)
        {
            if (Find(record.Coordinates.Topic, record.Coordinates.Partition) is not { Leaving: false } partition)
                return;

            record.Home = partition;
            partition.Position = record.Coordinates.Offset + 1;
            if (partition.Topic.Delay is not null)
            {
                partition.Waiting.Enqueue((record, OwnedPartition.DueAt(record, partition.Topic, clock)));
                return;
            }

            partition.Ready.Enqueue(record);
            if (!partition.Held)
                _ready++;
            WakeTaker();
        }
    }

    /// <summary>Makes delayed records whose time has come takeable.</summary>
    /// <returns>Time until the next one, or <see cref="TimeSpan.MaxValue"/>.</returns>
    public TimeSpan Promote()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            var next = long.MaxValue;
            foreach (var partition in _owned)
            {
                while (partition.Waiting.TryPeek(out var head))
                {
                    if (head.Due > now)
                    {
                        next = Math.Min(next, head.Due);
                        break;
                    }

                    partition.Waiting.Dequeue();
                    partition.Ready.Enqueue(head.Record);
                    if (!partition.Held && !partition.Leaving)
                        _ready++;
                }
            }

            WakeTaker();
            return next == long.MaxValue ? TimeSpan.MaxValue : clock.GetElapsedTime(now, next);
        }
    }

    /// <summary>Seconds by which the most overdue delayed record of a topic is late; 0 when none is.</summary>
    public double OverdueSeconds(string topic)
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            return _owned.Where(partition => partition.Topic.Name == topic && partition.Waiting.Count > 0)
                .Select(partition => clock.GetElapsedTime(partition.Waiting.Peek().Due, now).TotalSeconds)
                .Append(0).Max();
        }
    }

    /// <summary>Partitions whose buffer is full, or not any more; <paramref name="all"/> asks to pause every one.</summary>
    public (List<OwnedPartition> Pause, List<OwnedPartition> Resume) PauseChanges(bool all)
    {
        var pause = new List<OwnedPartition>();
        var resume = new List<OwnedPartition>();
        lock (_gate)
        {
            foreach (var partition in _owned)
            {
                // Half as hysteresis: each pause makes the client library fetch again what it had.
                var limit = partition.PausedAtBroker ? options.HeldPerPartition / 2 : options.HeldPerPartition;
                var wanted = all || partition.Blocked >= limit;
                if (wanted == partition.PausedAtBroker || partition.Leaving)
                    continue;

                partition.PausedAtBroker = wanted;
                (wanted ? pause : resume).Add(partition);
            }
        }

        return (pause, resume);
    }

    /// <summary>Blocks the poll thread until something was taken or done, at most so long.</summary>
    public void WaitForProgress(TimeSpan limit)
    {
        _progress.Wait(limit);
        _progress.Reset();
    }

    /// <summary>The next batch: full, or <paramref name="maxLinger"/> after its first record was there. Null once the stop is asked for.</summary>
    /// <exception cref="Exception">What <see cref="Fail"/> was given.</exception>
    public async Task<RecordBatch?> TakeAsync(int maxBatchSize, TimeSpan maxLinger, CancellationToken stoppingToken)
    {
        // Without offsets of our own a batch is done when the next one is asked for.
        if (options.StartOffsets is not null)
            Retire();

        long? lingerFrom = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            TimeSpan wait;
            lock (_gate)
            {
                _failure?.Throw();

                var available = Math.Min(_ready, options.MaxOutstanding - _work.Outstanding);
                var lingered = lingerFrom is { } from ? clock.GetElapsedTime(from) : TimeSpan.Zero;
                if (available >= maxBatchSize || (available > 0 && lingered >= maxLinger))
                    return Take(Math.Min(available, maxBatchSize));

                lingerFrom = available > 0 ? lingerFrom ?? clock.GetTimestamp() : null;
                _wanted = available > 0 ? maxBatchSize : 1;
                wait = available > 0 ? maxLinger - lingered : Timeout.InfiniteTimeSpan;
            }

            try
            {
                await _arrived.WaitAsync(wait, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Marks records as done and stores the offset of each partition whose gap-free prefix grew.</summary>
    public void Complete(IReadOnlyList<StreamRecord> records)
    {
        lock (_gate)
        {
            _work.Complete(records);
            WakeTaker();
        }

        _progress.Set();
    }

    /// <summary>Puts a batch's unfinished records back to the head of their partitions, where still owned.</summary>
    public void GiveBack(RecordBatch batch)
    {
        lock (_gate)
        {
            foreach (var returned in _work.TakeBack(batch).GroupBy(static record => record.Home!))
            {
                var partition = returned.Key;
                partition.Ready = new(returned.Concat(partition.Ready).OrderBy(static record => record.Coordinates.Offset));
                if (!partition.Held)
                    _ready += returned.Count();
            }

            WakeTaker();
        }
    }

    /// <summary>Holds partitions back from batches, or gives them free again.</summary>
    public void Hold(IEnumerable<(string Topic, int Partition)> partitions, bool held)
    {
        lock (_gate)
        {
            foreach (var (topic, number) in partitions)
            {
                if (Find(topic, number) is not { Leaving: false } partition || partition.Held == held)
                    continue;

                partition.Held = held;
                _ready += held ? -partition.Ready.Count : partition.Ready.Count;
            }

            WakeTaker();
        }

        _progress.Set();
    }

    /// <summary>
    /// Gives partitions up: nothing more is taken of them; what is at work may be completed within <paramref name="grace"/>, then its batch is revoked.
    /// </summary>
    public void Release(IReadOnlyCollection<(string Topic, int Partition)> partitions, TimeSpan grace)
    {
        List<OwnedPartition> leaving;
        lock (_gate)
        {
            leaving = [.. partitions.Select(partition => Find(partition.Topic, partition.Partition)).OfType<OwnedPartition>()];
            foreach (var partition in leaving)
            {
                _ready -= partition.Takeable;
                partition.Leaving = true;
            }
        }

        var started = clock.GetTimestamp();
        while (AnyAtWork(leaving) && grace - clock.GetElapsedTime(started) is { Ticks: > 0 } left)
            WaitForProgress(left);

        List<RecordBatch> revoked;
        lock (_gate)
        {
            foreach (var partition in leaving)
            {
                partition.Gone = true;
                _owned.Remove(partition);
            }

            _lastAdded = null;
            revoked = _work.DropGone();
            WakeTaker();
        }

        foreach (var batch in revoked)
            batch.Revoke();
    }

    /// <summary>Ends the enumeration of batches with this exception.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= ExceptionDispatchInfo.Capture(failure);
            _wanted = 0;
            WakeTaker();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _arrived.Dispose();
        _progress.Dispose();
    }

    private RecordBatch Take(int count)
    {
        var records = new List<StreamRecord>(count);
        var batch = new RecordBatch(records, GiveBack);
        var sharing = _owned.Count(static partition => partition.Takeable > 0);
        var share = Math.Max(1, count / Math.Max(1, sharing));
        for (; records.Count < count; _turn++)
        {
            var partition = _owned[(int)(_turn % (uint)_owned.Count)];
            for (var room = Math.Min(Math.Min(share, partition.Takeable), count - records.Count); room > 0; room--)
                records.Add(partition.Ready.Dequeue());
        }

        _work.Begin(batch);
        _ready -= count;
        _wanted = int.MaxValue;
        _progress.Set();
        return batch;
    }

    private void Retire()
    {
        RecordBatch[] done;
        lock (_gate)
            done = [.. _work.AtWork];
        foreach (var batch in done)
            Complete(batch);
    }

    private bool AnyAtWork(List<OwnedPartition> partitions)
    {
        lock (_gate)
            return partitions.Exists(static partition => partition.Taken.Open > 0);
    }

    private OwnedPartition? Find(string topic, int number)
    {
        // Polls bring runs of one partition.
        if (_lastAdded is { } last && last.Number == number && last.Topic.Name == topic)
            return last;

        return _lastAdded = _owned.Find(partition => partition.Number == number && partition.Topic.Name == topic);
    }

    private void WakeTaker()
    {
        if (Math.Min(_ready, options.MaxOutstanding - _work.Outstanding) >= _wanted && _arrived.CurrentCount == 0)
            _arrived.Release();
    }
}
