namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Checks the batches of a segment that a start took over without reading it: in the background from front to back, and what a reader
/// comes to before that when it is read. So nothing damaged is ever served, and no start waits for the check.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SegmentCheck(Segment segment)
{
    /// <summary>Least bytes checked for a reader at once, so that a walk over small batches is not a scan for each.</summary>
    private const int ReadAhead = 256 * 1024;

    private readonly Lock _moving = new();
    private long _untrusted;   // bytes from here on were written or read by this process
    private long _checked;     // bytes before this were checked from the front
    private long _checkedOffset;

    /// <summary>Bytes that are still to be checked.</summary>
    public long Left => Volatile.Read(ref _untrusted) - Volatile.Read(ref _checked);

    /// <summary>Nothing in front of <paramref name="length"/> was read by this process. Before the segment has readers.</summary>
    public void Distrust(long length)
    {
        _untrusted = length;
        _checkedOffset = segment.BaseOffset;
    }

    /// <summary>Makes sure that so many bytes from a batch's start on are checked, marking damage.</summary>
    /// <returns>Where what is checked ends.</returns>
    public long Ensure(long position, long nextOffset, long bytes)
    {
        var untrusted = Volatile.Read(ref _untrusted);
        var done = Volatile.Read(ref _checked);
        if (position >= untrusted || done >= untrusted)
            return long.MaxValue;
        if (done - position >= bytes)
            return done;

        var wanted = Math.Min(position + Math.Max(bytes, ReadAhead), untrusted);
        return Scan(position, nextOffset, wanted, untrusted).Position;
    }

    /// <summary>Checks the next bytes from the front, about so many. Returns how many it was, 0 when all are checked.</summary>
    /// <exception cref="IOException">The disk cannot read them.</exception>
    public long Advance(int bytes)
    {
        lock (_moving)
        {
            if (Left <= 0)
                return 0;

            var from = _checked;
            (var position, _checkedOffset) = Scan(from, _checkedOffset, from + bytes, _untrusted);
            Volatile.Write(ref _checked, position);
            return position - from;
        }
    }

    private (long Position, long NextOffset) Scan(long position, long nextOffset, long until, long end)
    {
        // Deleted or replaced: nobody reads it any more.
        if (!segment.TryBorrow())
            return (end, nextOffset);

        try
        {
            using var scan = segment.Scan(position, nextOffset, end, segment.NextOffset, mayHaveGaps: true);
            while (scan.Position < until && scan.MoveNext())
            {
                if (scan.Batch is null)
                    segment.NoteDamage(scan.Start, scan.Position);
            }

            return (scan.Position, scan.NextOffset);
        }
        finally
        {
            segment.Return();
        }
    }
}
