using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Compaction;

/// <summary>A closed or the written segment, as far as planning needs it.</summary>
/// <param name="FirstMs">Largest timestamp of its first batch in Unix milliseconds, -1 when empty.</param>
/// <param name="MaxMs">Largest timestamp of all, -1 when empty.</param>
internal readonly record struct SegmentExtent(long BaseOffset, long Bytes, long FirstMs, long MaxMs)
{
    /// <summary>Those of a log, the written one last, of which the bytes and times are not looked at.</summary>
    public static IReadOnlyList<SegmentExtent> AllOf(PartitionLog log)
    {
        var segments = log.Segments;
        return
        [
            .. segments.SkipLast(1).Select(static segment =>
                new SegmentExtent(segment.BaseOffset, segment.Length, segment.FirstTimestamp ?? -1, segment.MaxTimestamp)),
            new SegmentExtent(segments[^1].BaseOffset, 0, -1, -1),
        ];
    }
}

/// <summary>What of a log can be compacted now. Rules and names of the settings as Kafka's log cleaner has them.</summary>
/// <param name="From">The first offset that was not compacted yet.</param>
/// <param name="To">The first offset that may not be compacted: of the written segment, or of one younger than min.compaction.lag.ms.</param>
/// <param name="CleanBytes">Bytes of segments in front of the one that holds <paramref name="From"/>.</param>
/// <param name="DirtyBytes">Bytes of segments from there to <paramref name="To"/>.</param>
/// <param name="OldestMs">When the first batch of the oldest of these segments was made, in Unix milliseconds; -1 if unknown.</param>
internal readonly record struct DirtyRange(long From, long To, long CleanBytes, long DirtyBytes, long OldestMs)
{
    /// <summary>The dirty part of all that compaction would read, 0 to 1.</summary>
    public double Ratio => DirtyBytes == 0 ? 0 : (double)DirtyBytes / (CleanBytes + DirtyBytes);

    /// <param name="segments">All segments, the written one last.</param>
    /// <param name="firstDirty">Where the last compaction ended; 0 if there was none.</param>
    public static DirtyRange Of(IReadOnlyList<SegmentExtent> segments, long firstDirty, TopicConfig config, long nowMs)
    {
        var to = segments[^1].BaseOffset;
        var from = Math.Clamp(firstDirty, segments[0].BaseOffset, to);
        var (clean, dirty, oldest) = (0L, 0L, -1L);
        for (var i = 0; i < segments.Count - 1; i++)
        {
            var segment = segments[i];
            if (segments[i + 1].BaseOffset <= from)
            {
                clean += segment.Bytes;
                continue;
            }

            if (config.MinCompactionLagMs > 0 && segment.MaxMs > nowMs - config.MinCompactionLagMs)
            {
                to = Math.Max(segment.BaseOffset, from);
                break;
            }

            dirty += segment.Bytes;
            if (segment.FirstMs >= 0 && (oldest < 0 || segment.FirstMs < oldest))
                oldest = segment.FirstMs;
        }

        return new DirtyRange(from, to, clean, dirty, oldest);
    }

    /// <summary>Enough is dirty, or something is dirty for too long.</summary>
    public bool IsDue(TopicConfig config, long nowMs) =>
        DirtyBytes > 0
        && (Ratio > config.MinCleanableDirtyRatio || (OldestMs >= 0 && OldestMs < nowMs - config.MaxCompactionLagMs));
}
