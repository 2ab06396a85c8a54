using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Compaction;

/// <summary>What a compaction did.</summary>
/// <param name="BytesBefore">Bytes of the segments that were read for rewriting.</param>
/// <param name="BytesAfter">Bytes of what took their place.</param>
/// <param name="Passes">How often the log was gone through; more than one when its dirty keys did not fit at once.</param>
/// <param name="OpaqueBatches">Batches that nobody could look into.</param>
internal readonly record struct CompactionResult(long BytesBefore, long BytesAfter, int Passes, int OpaqueBatches);

/// <summary>
/// Compacts one partition as Kafka's log cleaner does: the last offset of each key in the dirty part is noted, then all closed segments
/// up to there are written anew without what those records replaced.
/// </summary>
/// <remarks>
/// Readers and writers go on meanwhile. A run that is cut short, at whatever moment, has replaced some groups of segments and not others,
/// each of them whole; the next run starts from the same progress. Segments with damage stay as they are.
/// </remarks>
/// <param name="codecs">What opens and closes batches.</param>
/// <param name="maxKeys">Most keys noted at a time; more need more passes.</param>
/// <param name="bytesPerSecond">Most bytes read a second.</param>
/// <param name="clock">Time of the pace.</param>
internal sealed class LogCleaner(RecordCodecs codecs, int maxKeys, long bytesPerSecond, TimeProvider clock)
{
    /// <summary>Compacts <paramref name="log"/> from <paramref name="range"/>'s first to its last offset.</summary>
    /// <exception cref="IOException">The disk refused, or the log was closed or shortened meanwhile.</exception>
    /// <param name="nowMs">Unix milliseconds that delete horizons count from.</param>
    public async Task<CompactionResult> CompactAsync(
        PartitionLog log, TopicConfig config, DirtyRange range, long nowMs, CancellationToken stoppingToken)
    {
        var pace = new Pace(bytesPerSecond, clock);
        var latest = new KeyOffsets(maxKeys);
        var total = default(CompactionResult);
        for (var next = range.From; ;)
        {
            latest.Clear();
            next = await NoteKeysAsync(log, next, range.To, latest, pace, stoppingToken);
            using var filter = new BatchFilter(
                codecs, latest, next, nowMs, config.DeleteRetentionMs, header => IsNeededEmpty(log, header));
            var (before, after) = await RewriteAsync(log, next, config.SegmentBytes, filter, pace, stoppingToken);
            new CompactionProgress(next, filter.NextHorizonMs).Write(log.Directory);
            total = new(total.BytesBefore + before, total.BytesAfter + after, total.Passes + 1, filter.OpaqueBatches);
            if (next >= range.To)
                return total;
        }
    }

    /// <summary>Without it readers would never reach the log's end, or a producer's next batch would be out of order.</summary>
    private static bool IsNeededEmpty(PartitionLog log, in BatchHeader header) =>
        header.LastOffset + 1 == log.EndOffset || log.IsLastOfProducer(header);

    /// <summary>Notes the keys from one offset on, and returns the offset up to which all of them fitted.</summary>
    private async Task<long> NoteKeysAsync(
        PartitionLog log, long from, long to, KeyOffsets latest, Pace pace, CancellationToken stoppingToken)
    {
        using var scan = new BatchScan(log, Math.Max(from, log.StartOffset), to);
        using var reader = new BatchReader(codecs);
        while (scan.MoveNext())
        {
            if (NoteKeys(scan, reader, from, latest) is { } full)
                return full;
            await pace.SpendAsync(scan.Header.SizeInBytes, stoppingToken);
        }

        return to;
    }

    private static long? NoteKeys(BatchScan scan, BatchReader reader, long from, KeyOffsets latest)
    {
        if (scan.Header.IsControl || reader.Read(scan.Batch, scan.Header, out var records) != BatchFault.None)
            return null;

        foreach (var record in records)
        {
            var offset = scan.Header.BaseOffset + record.OffsetDelta;
            // A batch that the last pass had only begun is gone on with.
            if (offset >= from && record.HasKey && !latest.TryPut(record.Key, offset))
                return offset;
        }

        return null;
    }

    private static async Task<(long BytesBefore, long BytesAfter)> RewriteAsync(
        PartitionLog log, long end, long segmentBytes, BatchFilter filter, Pace pace, CancellationToken stoppingToken)
    {
        var (before, after) = (0L, 0L);
        foreach (var group in SegmentGroup.Of(log.Segments, end, segmentBytes))
        {
            before += group.Bytes;
            after += await RewriteAsync(log, group, filter, pace, stoppingToken);
        }

        return (before, after);
    }

    /// <summary>Returns the bytes of the group afterwards.</summary>
    private static async Task<long> RewriteAsync(
        PartitionLog log, SegmentGroup group, BatchFilter filter, Pace pace, CancellationToken stoppingToken)
    {
        if (group.IsDamaged)
        {
            filter.NoteOpaque();
            return group.Bytes;
        }

        // From its replacement on the segment is the log's.
        var cleaned = log.CreateReplacement(group.Segments[0].BaseOffset);
        var isReplacement = false;
        try
        {
            isReplacement = await CopyAsync(log, group, cleaned, filter, pace, stoppingToken);
        }
        finally
        {
            if (!isReplacement)
                cleaned.Delete();
        }

        if (!isReplacement)
            return group.Bytes;

        var bytes = cleaned.Length;
        return log.ReplaceSegments(group.Segments, cleaned) ? bytes : 0;
    }

    /// <summary>Copies what stays; false if that is all, or if the reading found damage.</summary>
    private static async Task<bool> CopyAsync(
        PartitionLog log, SegmentGroup group, Segment cleaned, BatchFilter filter, Pace pace, CancellationToken stoppingToken)
    {
        var isChanged = group.Segments.Count > 1;
        using var scan = new BatchScan(log, Math.Max(group.Segments[0].BaseOffset, log.StartOffset), group.End);
        while (scan.MoveNext())
        {
            var kept = filter.Filter(scan.Batch, scan.Header);
            isChanged |= !kept.Equals(scan.Batch);
            if (!kept.IsEmpty && BatchHeader.TryRead(kept.Span, out var header))
                cleaned.Append(kept.Span, header);
            await pace.SpendAsync(scan.Header.SizeInBytes, stoppingToken);
        }

        if (!group.IsDamaged)
            return isChanged;

        filter.NoteOpaque();
        return false;
    }
}
