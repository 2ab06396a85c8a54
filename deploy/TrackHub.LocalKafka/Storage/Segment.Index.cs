namespace TrackHub.LocalKafka.Storage;

// The index as it is on disk: completed when nothing is appended any more, taken over by a start, found anew where it is damaged.
internal sealed partial class Segment
{
    /// <summary>Completes the index, so that a start need not read the segment.</summary>
    /// <exception cref="IOException">The disk refused; the segment goes on as before.</exception>
    public void Seal() => _index.Seal(new SegmentSummary(BaseOffset, _length, _nextOffset, _maxTimestamp, _damage.Ranges));

    /// <summary>The segment is sealed and not appended to any more: its index needs no memory.</summary>
    public void Release()
    {
        _isFinished = true;
        _index.Release();
    }

    /// <summary>fsync(2) of the index.</summary>
    /// <exception cref="IOException">It may not be on the disk.</exception>
    public void FlushIndex() => _index.Flush();

    /// <summary>Takes over what <see cref="Seal"/> wrote, if it is there and fits the file; else false, and the segment is to be read.</summary>
    /// <param name="isLast">Whether the segment is appended to again.</param>
    public bool TryLoad(bool isLast)
    {
        if (_index.Load() is not { } summary || summary.BaseOffset != BaseOffset || summary.LogBytes != FileLength)
            return false;

        try
        {
            if (isLast)
                _index.Reopen();
        }
        catch (InvalidDataException)
        {
            return false;
        }

        _isFinished = !isLast;
        (_length, _readable, _nextOffset, _maxTimestamp) = (summary.LogBytes, summary.LogBytes, summary.NextOffset, summary.MaxTimestamp);
        _damage.Load(summary.Damaged);
        Check.Distrust(summary.LogBytes);
        return true;
    }

    /// <summary>Whether what was loaded ends with a sound batch, or is empty.</summary>
    public bool EndsSound()
    {
        if (_nextOffset == BaseOffset)
            return true;

        try
        {
            var from = _index.FloorOfOffset(_nextOffset - 1) ?? new IndexEntry(BaseOffset, 0, -1);
            using var scan = Scan(from.Position, from.Offset, _length, _nextOffset, mayHaveGaps: true);
            while (scan.MoveNext())
            {
                // To the end.
            }

            return scan.Batch is not null && scan.NextOffset == _nextOffset;
        }
        catch (InvalidDataException)
        {
            return false;   // the index is damaged: all is read
        }
    }

    /// <summary>Forgets the index, before the segment is read from its start.</summary>
    public void Reset() => _index.Clear();

    /// <summary>Finds the entries of a damaged index anew, while readers use it. Only when <see cref="IsFinished"/>.</summary>
    /// <exception cref="IOException">The disk refused; the entries are in memory.</exception>
    public void RebuildIndex()
    {
        _report.Rebuilding(_index.Path);
        _index.Clear();
        var maxTimestamp = -1L;
        using var scan = Scan(0, BaseOffset, Length, NextOffset, mayHaveGaps: true);
        while (scan.MoveNext())
        {
            if (scan.Batch is not { } header)
                continue;

            _index.Add(new IndexEntry(header.BaseOffset, scan.Start, maxTimestamp));
            maxTimestamp = Math.Max(maxTimestamp, header.MaxTimestamp);
        }

        Seal();
    }
}
