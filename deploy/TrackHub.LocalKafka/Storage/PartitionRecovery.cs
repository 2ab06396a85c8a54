namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Opens a partition's files. After a clean stop no segment is read; else the last one is, from its start, and any whose index does not
/// fit it. Every closed segment is checked later, see <see cref="SegmentCheck"/>.
/// </summary>
internal sealed class PartitionRecovery(string directory, StorageSettings settings, DamageReport report, ProducerStates producers)
{
    private readonly List<Segment> _segments = [];

    /// <summary>The segments, oldest first; one at least.</summary>
    public Segment[] Segments => [.. _segments];

    /// <summary>Offset the next record gets.</summary>
    public long EndOffset { get; private set; }

    /// <summary>The offset the partition was told to start at; it may lie before the first segment.</summary>
    public long StartOffset { get; private set; }

    /// <exception cref="IOException">The disk refused.</exception>
    public void Run()
    {
        try
        {
            Open();
        }
        catch
        {
            foreach (var segment in _segments)
                segment.Dispose();
            throw;
        }
    }

    private void Open()
    {
        SegmentFiles.FinishReplacements(directory);
        var stop = CleanStop.Take(directory);
        var offsets = SegmentFiles.Segments(directory);
        foreach (var offset in offsets)
            _segments.Add(Segment.Open(directory, offset, settings.Disk, report));
        if (_segments.Count == 0)
            _segments.Add(Segment.Open(directory, stop?.EndOffset ?? 0, settings.Disk, report));

        var last = _segments[^1];
        var isClean = stop is { } mark && mark.BaseOffset == last.BaseOffset && mark.LogBytes == last.FileLength && last.TryLoad(isLast: true);
        if (isClean && !last.EndsSound())
        {
            // Nothing would follow the damage that a reader could go on with.
            last.Dispose();
            last = _segments[^1] = Segment.Open(directory, last.BaseOffset, settings.Disk, report);
            isClean = false;
        }

        EndOffset = isClean ? stop!.Value.EndOffset : last.BaseOffset;
        var hasProducers = ProducerSnapshot.TryLoad(directory, EndOffset, producers) || _segments.Count == 1 && !isClean;
        if (!hasProducers)
            report.Rebuilding(Path.Combine(directory, $"{EndOffset:D20}.snapshot"));

        for (var i = 0; i < _segments.Count - 1; i++)
            OpenClosed(_segments[i], _segments[i + 1].BaseOffset, hasProducers);
        if (!isClean)
            RecoverLast(last, stop);
        else if (!hasProducers)
            NoteProducers(last);

        ProducerSnapshot.DeleteOthers(directory, last.BaseOffset);
        StartAtStored();
    }

    private void OpenClosed(Segment segment, long next, bool hasProducers)
    {
        if (segment.TryLoad(isLast: false))
        {
            if (!hasProducers)
                NoteProducers(segment);
            return;
        }

        SegmentRecovery.Recover(segment, next, hasProducers ? static _ => { } : Note, report);
        Close(segment);
    }

    private void RecoverLast(Segment last, CleanStop? stop)
    {
        // Closed in order, all of it was read and committed: what is damaged is kept, and no offset is given again.
        long? closedAt = stop is { } mark && mark.BaseOffset == last.BaseOffset ? mark.EndOffset : null;
        SegmentRecovery.Recover(last, closedAt, Note, report);
        if (closedAt > last.NextOffset)
        {
            if (stop!.Value.LogBytes > last.FileLength)
                report.Missing(last.Path, last.FileLength, stop.Value.LogBytes - last.FileLength);
            Bridge(last, closedAt.Value);
        }

        EndOffset = last.NextOffset;
        if (settings.IsForced && last.Length > 0)
            last.Flush();   // what is read from now on was perhaps never on the disk
    }

    /// <summary>Puts a batch without records in the place of the lost ones at the end, so that readers get to the end.</summary>
    private static void Bridge(Segment last, long endOffset)
    {
        var bytes = BatchHeader.EncodeEmpty(last.NextOffset, endOffset - 1);
        BatchHeader.TryRead(bytes, out var header);
        last.Append(bytes, header);
        last.Publish(last.Length);
    }

    /// <summary>A power cut may have taken records that lay before the start of the log.</summary>
    private void StartAtStored()
    {
        var stored = LogStart.Read(directory);
        if (stored is null)
            report.Rebuilding(Path.Combine(directory, "log-start"));
        StartOffset = stored ?? 0;
        if (StartOffset > EndOffset)
            RollTo(StartOffset);
    }

    private void RollTo(long offset)
    {
        Close(_segments[^1]);
        ProducerSnapshot.Write(settings.Disk, directory, offset, producers);
        _segments.Add(Segment.Open(directory, offset, settings.Disk, report));
        EndOffset = offset;
    }

    private static void Close(Segment segment)
    {
        try
        {
            segment.Seal();
            segment.Release();
        }
        catch (IOException)
        {
            // The disk is full: this process keeps the index in memory, and the next start reads the segment again.
        }
    }

    private void NoteProducers(Segment segment)
    {
        using var scan = segment.Scan(0, segment.BaseOffset, segment.Length, segment.NextOffset, mayHaveGaps: true);
        while (scan.MoveNext())
        {
            if (scan.Batch is { } header)
                Note(header);
        }
    }

    private void Note(BatchHeader header) => producers.Note(header);
}
