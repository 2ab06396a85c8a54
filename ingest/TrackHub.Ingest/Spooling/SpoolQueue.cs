using System.Buffers;
using System.Collections.Concurrent;

namespace TrackHub.Ingest.Spooling;

/// <summary>What waits for the spool's disk, and the thread that brings it there: all that came while the disk was busy in one write and one fsync.</summary>
/// <remarks>
/// A thread of its own: with two cores the thread pool has two and takes half a second to add one, so that a disk that is slow would hold up every request.
/// </remarks>
/// <param name="commit">Makes frames durable; false if the disk does not take them.</param>
/// <param name="tryDisk">Whether the disk takes so many bytes.</param>
internal sealed class SpoolQueue(Func<IReadOnlyList<SpoolAppend>, ReadOnlyMemory<byte>, bool> commit, Func<int, bool> tryDisk) : IAsyncDisposable
{
    // Full: refused, as when the disk is. More than any machine commits while an append waits.
    private const int MaxWaiting = 20_000;

    private readonly BlockingCollection<SpoolAppend> _waiting = new(MaxWaiting);
    private Task _committing = Task.CompletedTask;

    /// <summary>Starts the thread.</summary>
    public void Start() => _committing = Task.Factory.StartNew(CommitAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Puts an append in line; false if the line is full or closed.</summary>
    public bool TryAdd(SpoolAppend append)
    {
        try
        {
            return _waiting.TryAdd(append);
        }
        catch (InvalidOperationException)
        {
            return false;   // closed: the process is about to end
        }
    }

    /// <summary>Closes the line; completes when all of it was brought to the disk.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.CompleteAdding();
        await _committing;
        _waiting.Dispose();
    }

    private void CommitAll()
    {
        var batch = new List<SpoolAppend>();
        var trials = new List<SpoolAppend>();
        var frames = new ArrayBufferWriter<byte>();
        foreach (var first in _waiting.GetConsumingEnumerable())
        {
            for (var append = first; append is not null; append = frames.WrittenCount < Spool.SegmentBytes && _waiting.TryTake(out var next) ? next : null)
            {
                (append.TrialBytes > 0 ? trials : batch).Add(append);
                frames.Write(append.Frames);
            }

            if (batch.Count > 0)
                Answer(batch, commit(batch, frames.WrittenMemory));
            if (trials.Count > 0)
                Answer(trials, tryDisk(trials.Max(static trial => trial.TrialBytes)));
            frames.ResetWrittenCount();
        }
    }

    private static void Answer(List<SpoolAppend> all, bool durable)
    {
        foreach (var append in all)
            append.Durable.SetResult(durable);
        all.Clear();
    }
}
