using Microsoft.Win32.SafeHandles;

namespace TrackHub.LocalKafka.Storage;

/// <summary>Finds and reads batches of one segment, past its damage. What was not checked since the start is, when a reader comes to it.</summary>
/// <remarks>Any number of threads; takes no lock that an append takes.</remarks>
internal sealed class SegmentReader(Segment segment, SafeFileHandle file, SegmentIndex index, DamageMap damage)
{
    private readonly Lock _rebuilding = new();

    private IndexEntry Start => new(segment.BaseOffset, 0, -1);

    /// <summary>Reads bytes at <paramref name="position"/>; fewer at the end of the file, none once the segment is closed.</summary>
    public int Read(Span<byte> destination, long position)
    {
        var read = 0;
        try
        {
            while (read < destination.Length)
            {
                var chunk = RandomAccess.Read(file, destination[read..], position + read);
                if (chunk == 0)
                    break;
                read += chunk;
            }
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }

        return read;
    }

    /// <summary>The first batch.</summary>
    public (long Position, BatchHeader Header)? First() => Walk(Start, long.MinValue, long.MinValue);

    /// <summary>The first batch whose last offset is at least <paramref name="offset"/>.</summary>
    public (long Position, BatchHeader Header)? FindOffset(long offset) =>
        Walk(Floor(static (index, wanted) => index.FloorOfOffset(wanted), offset), offset, long.MinValue);

    /// <summary>The first batch whose last offset is at least <paramref name="offset"/> and its largest timestamp at least <paramref name="timestamp"/>.</summary>
    public (long Position, BatchHeader Header)? FindTimestamp(long timestamp, long offset)
    {
        var byTime = Floor(static (index, wanted) => index.FloorOfTimestamp(wanted), timestamp);
        var byOffset = Floor(static (index, wanted) => index.FloorOfOffset(wanted), offset);
        return Walk(byTime.Position > byOffset.Position ? byTime : byOffset, offset, timestamp);
    }

    /// <summary>How many bytes from a batch on, at most <paramref name="maxBytes"/>, are whole batches in one piece.</summary>
    public int WholeBatchesFrom(long position, in BatchHeader first, int maxBytes)
    {
        if (first.SizeInBytes > maxBytes)
            return 0;

        segment.Check.Ensure(position, first.BaseOffset, maxBytes);
        var readable = Math.Min(segment.ReadableLength, damage.NextStart(position)) - position;
        if (readable <= maxBytes)
            return (int)readable;

        var limit = position + maxBytes;
        var end = Math.Max(position + first.SizeInBytes, Floor(static (index, wanted) => index.FloorOfPosition(wanted), limit).Position);
        Span<byte> head = stackalloc byte[BatchHeader.Size];
        while (Read(head, end) == head.Length && BatchHeader.TryRead(head, out var header) && header.SizeInBytes <= limit - end)
            end += header.SizeInBytes;
        return (int)(end - position);
    }

    private IndexEntry Floor(Func<SegmentIndex, long, IndexEntry?> find, long wanted)
    {
        try
        {
            return find(index, wanted) ?? Start;
        }
        catch (ObjectDisposedException)
        {
            return Start;   // reads of a closed segment return nothing
        }
        catch (InvalidDataException)
        {
            RebuildIndex();
            return Start;
        }
    }

    private (long Position, BatchHeader Header)? Walk(in IndexEntry from, long offset, long timestamp)
    {
        Span<byte> head = stackalloc byte[BatchHeader.Size];
        var (nextOffset, position, _) = from;
        var checkedTo = 0L;
        for (var end = segment.ReadableLength; position < end;)
        {
            if (damage.EndAt(position) is { } damageEnd)
            {
                position = damageEnd;
            }
            else if (position >= checkedTo)
            {
                checkedTo = segment.Check.Ensure(position, nextOffset, bytes: 1);
            }
            else
            {
                if (Read(head, position) < head.Length || !BatchHeader.TryRead(head, out var header))
                    return null;
                if (header.LastOffset >= offset && header.MaxTimestamp >= timestamp)
                    return (position, header);
                position += header.SizeInBytes;
                nextOffset = header.LastOffset + 1;
            }
        }

        return null;
    }

    /// <summary>Finds the entries of a damaged index anew; other readers meanwhile walk a longer way.</summary>
    private void RebuildIndex()
    {
        // An index that still grows has a writer, which this thread is not; it is rebuilt by the next start.
        if (!segment.IsFinished || !segment.TryBorrow())
            return;

        try
        {
            lock (_rebuilding)
            {
                segment.RebuildIndex();
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // Deleted meanwhile, or no room on the disk: what was found stays in memory.
        }
        finally
        {
            segment.Return();
        }
    }
}
