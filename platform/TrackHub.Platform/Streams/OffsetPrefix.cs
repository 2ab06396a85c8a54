namespace TrackHub.Platform.Streams;

/// <summary>Offsets taken from one partition and which of them are done: the next offset to store is behind the gap-free prefix.</summary>
/// <remarks>Not thread-safe. Offsets are taken in ascending order; holes of compaction or transactions do not matter.</remarks>
internal sealed class OffsetPrefix
{
    private readonly Queue<(long Offset, int? Epoch)> _taken = new();
    private readonly HashSet<long> _done = [];

    /// <summary>Offsets taken and not yet passed by the prefix.</summary>
    public int Open => _taken.Count;

    /// <summary>Notes a taken offset.</summary>
    public void Take(long offset, int? epoch) => _taken.Enqueue((offset, epoch));

    /// <summary>Marks an offset as done; again, or one never taken, changes nothing.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="next">Behind the prefix: the offset to store, and the epoch of the record before it.</param>
    /// <returns>True if the prefix grew.</returns>
    public bool Complete(long offset, out (long Offset, int? Epoch) next)
    {
        next = default;
        if (!_taken.TryPeek(out var head) || offset < head.Offset)
            return false;

        _done.Add(offset);
        var grew = false;
        while (_taken.TryPeek(out head) && _done.Remove(head.Offset))
        {
            _taken.Dequeue();
            next = (head.Offset + 1, head.Epoch);
            grew = true;
        }

        return grew;
    }
}
