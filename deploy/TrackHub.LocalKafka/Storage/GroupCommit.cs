using System.Collections.Concurrent;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Forces one log or journal to the disk for all who wait: while a flush runs, further waiters gather, and the next flush covers them all.
/// </summary>
/// <remarks>
/// Thread-safe. After a flush failed none is tried again: the kernel reports a failed write-back once and drops the pages, so a second
/// fsync(2) that succeeds says nothing about them. Source: https://wiki.postgresql.org/wiki/Fsync_Errors.
/// </remarks>
/// <param name="threads">Where flushes run.</param>
/// <param name="flush">Forces what was written before it is called to the disk; runs once at a time.</param>
/// <param name="onFailure">Told once, if a flush fails.</param>
internal sealed class GroupCommit(FlushThreads threads, Action flush, Action<IOException> onFailure)
{
    private readonly Lock _flushing = new();
    private readonly Lock _gathering = new();
    private TaskCompletionSource<bool> _next = NewGroup();
    private bool _isWanted;
    private bool _isQueued;
    private volatile bool _hasFailed;

    /// <summary>A flush failed: nothing may be acknowledged any more.</summary>
    public bool HasFailed => _hasFailed;

    /// <summary>True when what was written before the call is on the disk; false if it may not be, now and for ever.</summary>
    public Task<bool> FlushAsync()
    {
        lock (_gathering)
        {
            if (_hasFailed)
                return Task.FromResult(false);

            _isWanted = true;
            if (!_isQueued)
                _isQueued = threads.TryAdd(this);
            return _isQueued ? _next.Task : Task.FromResult(false);
        }
    }

    /// <summary>One flush for all who wait; called by <see cref="FlushThreads"/>.</summary>
    public void Run()
    {
        TaskCompletionSource<bool> group;
        lock (_gathering)
        {
            group = _next;
            _next = NewGroup();
            _isWanted = false;
        }

        TryFlushNow();
        lock (_gathering)
        {
            // Who came after the failure gets its answer here, who comes later at the door.
            if (_hasFailed)
                _next.TrySetResult(false);
            _isQueued = _isWanted && !_hasFailed && threads.TryAdd(this);
        }

        group.TrySetResult(!_hasFailed);
    }

    /// <summary>Flushes on the calling thread; false if that, or an earlier flush, failed.</summary>
    public bool TryFlushNow()
    {
        lock (_flushing)
        {
            if (_hasFailed)
                return false;

            try
            {
                flush();
                return true;
            }
            catch (IOException fault)
            {
                _hasFailed = true;
                onFailure(fault);
                return false;
            }
        }
    }

    private static TaskCompletionSource<bool> NewGroup() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Threads that wait for the disk, so that those which serve clients do not. Started with the first flush.</summary>
/// <remarks>Several at once, because a file system commits the journal entries of concurrent flushes together.</remarks>
internal sealed class FlushThreads : IDisposable
{
    private const int Count = 8;

    private readonly Lock _starting = new();
    private readonly List<Thread> _threads = [];
    private readonly BlockingCollection<GroupCommit> _queue = [];   // bounded by the number of logs: each is in it once

    /// <summary>Has a flush run soon; false once the threads end.</summary>
    public bool TryAdd(GroupCommit commit)
    {
        lock (_starting)
        {
            if (_queue.IsAddingCompleted)
                return false;

            _queue.Add(commit);
            for (; _threads.Count < Count; _threads[^1].Start())
                _threads.Add(new Thread(Run) { IsBackground = true, Name = "flush" });
            return true;
        }
    }

    /// <summary>Ends the threads when what is queued was flushed.</summary>
    public void Dispose()
    {
        lock (_starting)
            _queue.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _queue.Dispose();
    }

    private void Run()
    {
        foreach (var commit in _queue.GetConsumingEnumerable())
            commit.Run();
    }
}
