namespace TrackHub.LocalKafka.Storage;

/// <summary>The segments of one partition in offset order. There is always a last one, which is written.</summary>
/// <remarks>Changed under the partition's append lock; reads take none.</remarks>
internal sealed class LogSegments(string directory, Disk disk, DamageReport report, Segment[] segments, long openedMs) : IDisposable
{
    private long _rolledMs = openedMs;
    private Segment[] _segments = segments;   // replaced whole, never changed

    /// <summary>As they are now, oldest first.</summary>
    public IReadOnlyList<Segment> All => Volatile.Read(ref _segments);

    /// <summary>The one that is written.</summary>
    public Segment Last => Volatile.Read(ref _segments)[^1];

    /// <summary>Whole batches from the one that holds an offset inside the log on; empty if nothing sound is there yet.</summary>
    public LogSlice Find(long offset, int maxBytes, bool atLeastOne)
    {
        var all = Volatile.Read(ref _segments);
        for (var i = IndexOf(all, offset); i < all.Length; i++)
        {
            var segment = all[i];
            if (segment.FindOffset(offset) is not { } found)
            {
                // Replaced or deleted meanwhile: what stands there now is looked at instead.
                if (segment.IsClosed && all != Volatile.Read(ref _segments))
                    return Find(offset, maxBytes, atLeastOne);
                continue;   // a segment of damage alone holds nothing: the next one goes on
            }

            var length = segment.WholeBatchesFrom(found.Position, found.Header, maxBytes);
            return new LogSlice(segment, found.Position, length == 0 && atLeastOne ? found.Header.SizeInBytes : length);
        }

        return LogSlice.Empty;
    }

    /// <summary>The first batch with a record from <paramref name="startOffset"/> on whose largest timestamp is at least so large, or null.</summary>
    public (LogSlice Slice, BatchHeader Header)? FindTimestamp(long timestamp, long startOffset)
    {
        var all = Volatile.Read(ref _segments);
        foreach (var segment in all)
        {
            if (segment.NextOffset > startOffset && segment.FindTimestamp(timestamp, startOffset) is { } found)
                return (new LogSlice(segment, found.Position, found.Header.SizeInBytes), found.Header);
            if (segment.IsClosed && all != Volatile.Read(ref _segments))
                return FindTimestamp(timestamp, startOffset);
        }

        return null;
    }

    /// <summary>How many of the oldest segments end at or before an offset; the last one does where the log ends there.</summary>
    public int CountBefore(long offset, long endOffset)
    {
        var all = _segments;
        var count = 0;
        while (count < all.Length - 1 && all[count + 1].BaseOffset <= offset)
            count++;
        return count == all.Length - 1 && endOffset <= offset && all[count].Length > 0 ? all.Length : count;
    }

    /// <summary>Whether a batch is to start a new segment, by segment.bytes or segment.ms.</summary>
    public bool IsDueToRoll(in BatchHeader header, TopicConfig config, long nowMs)
    {
        var last = Last;
        if (last.Length == 0)
            return false;

        // As Kafka: by the records' own time, or by the clock where they have none.
        var age = last.FirstTimestamp is >= 0 and var first ? header.MaxTimestamp - first : AgeMs(nowMs);
        return last.Length + header.SizeInBytes > config.SegmentBytes
            || age > config.RollMs
            || header.LastOffset - last.BaseOffset > int.MaxValue;
    }

    /// <summary>Milliseconds since the last segment was started, or the log opened.</summary>
    public long AgeMs(long nowMs) => nowMs - _rolledMs;

    /// <summary>Closes the last segment and starts the next one at <paramref name="endOffset"/>.</summary>
    /// <exception cref="IOException">The disk refused; the last segment goes on.</exception>
    public void Roll(long endOffset, ProducerStates producers, long nowMs)
    {
        var last = Last;
        last.Seal();
        ProducerSnapshot.Write(disk, directory, endOffset, producers);
        var next = Segment.Open(directory, endOffset, disk, report);
        last.Release();
        Volatile.Write(ref _segments, [.. _segments, next]);
        ProducerSnapshot.DeleteOthers(directory, endOffset);
        _rolledMs = nowMs;
    }

    /// <summary>Takes the oldest segments out of the log; their files are still there.</summary>
    public Segment[] TakeOldest(int count)
    {
        var taken = _segments[..count];
        Volatile.Write(ref _segments, _segments[count..]);
        return taken;
    }

    /// <summary>Where neighbours, without the last, are in the list; null if they are not there any more.</summary>
    public int? IndexOf(IReadOnlyList<Segment> neighbours)
    {
        var first = Array.IndexOf(_segments, neighbours[0]);
        return first >= 0
            && first + neighbours.Count < _segments.Length
            && _segments.AsSpan(first, neighbours.Count).SequenceEqual([.. neighbours])
            ? first
            : null;
    }

    /// <summary>Puts one segment in the place of <paramref name="count"/>.</summary>
    public void Replace(int first, int count, Segment replacement) =>
        Volatile.Write(ref _segments, [.. _segments[..first], replacement, .. _segments[(first + count)..]]);

    /// <summary>Leaves what the next start needs in order to read no segment.</summary>
    public void WriteCleanStop(long endOffset, ProducerStates producers, bool isForced)
    {
        try
        {
            Last.Seal();
            ProducerSnapshot.Write(disk, directory, endOffset, producers);
            new CleanStop(Last.BaseOffset, Last.Length, endOffset).Write(disk, directory, isForced);
        }
        catch (IOException)
        {
            // The disk is full: the next start reads the last segment.
        }
    }

    public void Dispose()
    {
        foreach (var segment in _segments)
            segment.Dispose();
    }

    private static int IndexOf(Segment[] all, long offset)
    {
        var (low, high) = (0, all.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (all[middle].BaseOffset <= offset)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}
