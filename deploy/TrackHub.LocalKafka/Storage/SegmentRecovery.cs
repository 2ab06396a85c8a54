namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Reads a segment from its start, checks every batch and rebuilds the index. Behind the last segment's last sound batch is a torn tail,
/// which is cut. Damage in front of sound batches is reported and skipped, so that the rest is still served.
/// </summary>
internal static class SegmentRecovery
{
    /// <summary>Recovers <paramref name="segment"/>.</summary>
    /// <param name="offsetLimit">Base offset of the next segment; null for the last one, whose tail is cut.</param>
    /// <param name="onBatch">Called with each sound batch in order.</param>
    /// <exception cref="IOException">The disk refused to read or to cut.</exception>
    public static void Recover(Segment segment, long? offsetLimit, Action<BatchHeader> onBatch, DamageReport report)
    {
        var isLast = offsetLimit is null;
        var fileLength = segment.FileLength;
        segment.Reset();

        // Only closed segments are compacted, so the last has no gaps.
        using var scan = segment.Scan(0, segment.BaseOffset, fileLength, offsetLimit ?? long.MaxValue, mayHaveGaps: !isLast);
        while (scan.MoveNext())
        {
            if (scan.Batch is { } header)
            {
                segment.Note(scan.Start, header);
                onBatch(header);
            }
            else if (!isLast || scan.Position < fileLength)
            {
                segment.NoteDamage(scan.Start, scan.Position);
            }
        }

        if (fileLength > segment.Length)
        {
            report.TailCut(segment.Path, segment.Length, fileLength - segment.Length);
            segment.CutTail();
        }

        segment.Publish(segment.Length);
    }
}
