namespace TrackHub.LocalKafka.Storage;

/// <summary>Where batches start in a segment, about one entry per <see cref="IntervalBytes"/>, by offset and by time.</summary>
/// <remarks>One writer (under the partition's append lock), any number of readers without a lock.</remarks>
internal sealed class SparseIndex
{
    /// <summary>Bytes between entries: a look-up walks at most this many bytes of batch heads.</summary>
    public const int IntervalBytes = 16 * 1024;

    private Entry[] _entries = new Entry[4];
    private int _count;
    private long _lastPosition = -IntervalBytes;

    /// <param name="MaxTimestampBefore">Largest timestamp of all batches in front of this one.</param>
    private readonly record struct Entry(long Offset, long Position, long MaxTimestampBefore);

    /// <summary>Notes a batch if the last noted one is far enough back.</summary>
    public void Add(long offset, long position, long maxTimestampBefore)
    {
        if (position - _lastPosition < IntervalBytes)
            return;

        if (_count == _entries.Length)
        {
            var larger = new Entry[_count * 2];
            _entries.CopyTo(larger, 0);
            Volatile.Write(ref _entries, larger);
        }

        _entries[_count] = new Entry(offset, position, maxTimestampBefore);
        _lastPosition = position;
        // The count is published last, so a reader that sees it also sees the entry.
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>A position at or before the batch that holds <paramref name="offset"/>.</summary>
    public long FloorOfOffset(long offset) => Floor(offset, static (entry, wanted) => entry.Offset <= wanted);

    /// <summary>A position at or before the first batch whose largest timestamp is at least <paramref name="timestamp"/>.</summary>
    public long FloorOfTimestamp(long timestamp) => Floor(timestamp, static (entry, wanted) => entry.MaxTimestampBefore < wanted);

    /// <summary>The last noted batch that starts at or before <paramref name="position"/>.</summary>
    public long FloorOfPosition(long position) => Floor(position, static (entry, wanted) => entry.Position <= wanted);

    private long Floor(long wanted, Func<Entry, long, bool> isBefore)
    {
        var count = Volatile.Read(ref _count);
        var entries = Volatile.Read(ref _entries);
        var low = 0;
        var high = count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (isBefore(entries[middle], wanted))
                low = middle + 1;
            else
                high = middle;
        }

        return low == 0 ? 0 : entries[low - 1].Position;
    }
}
