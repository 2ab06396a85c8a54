namespace TrackHub.LocalKafka.Storage;

/// <summary>Which segments of a partition have served their time. Kafka's rules for retention.ms and retention.bytes.</summary>
internal static class Retention
{
    /// <summary>How many of the oldest segments may go; all of them means that the written one is to be closed first.</summary>
    public static int CountExpired(IReadOnlyList<Segment> segments, TopicConfig config, long nowMs)
    {
        var oldest = config.RetentionMs < 0 ? -1 : nowMs - config.RetentionMs;
        var size = segments.Sum(static segment => segment.Length);
        var expired = 0;
        foreach (var segment in segments)
        {
            var isUnwritten = segment.Length == 0 && segment == segments[^1];   // compaction leaves others empty
            if (isUnwritten || !IsPast(segment, size, oldest, config.RetentionBytes))
                break;
            size -= segment.Length;
            expired++;
        }

        return expired;
    }

    private static bool IsPast(Segment segment, long logBytes, long oldestMs, long retentionBytes) =>
        segment.AgedFromMs < oldestMs || (retentionBytes >= 0 && logBytes - segment.Length >= retentionBytes);
}
