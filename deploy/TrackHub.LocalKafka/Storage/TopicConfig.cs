using System.Collections.Frozen;

namespace TrackHub.LocalKafka.Storage;

/// <summary>One topic setting as Kafka names it.</summary>
/// <param name="Default">Kafka's default, or the one value this broker works by.</param>
/// <param name="IsValid">Whether a value may be stored.</param>
/// <param name="Type">Type code of DescribeConfigs: 1 boolean, 2 string, 3 int, 5 long, 6 double, 7 list.</param>
internal sealed record TopicSetting(string Name, string Default, sbyte Type, Func<string, bool> IsValid)
{
    private const sbyte List = 7;

    /// <summary>The value is a list, its elements separated by commas.</summary>
    public bool IsList => Type == List;
}

/// <summary>The settings of one topic: those set, and Kafka's defaults for the others. Immutable.</summary>
/// <remarks>Names, defaults and bounds: https://kafka.apache.org/documentation/#topicconfigs.</remarks>
internal sealed class TopicConfig
{
    /// <summary>Every setting that may be given; any other name is refused with INVALID_CONFIG.</summary>
    public static readonly FrozenDictionary<string, TopicSetting> Known = new TopicSetting[]
    {
        new("cleanup.policy", "delete", 7, static value => value is "delete" or "compact" or "compact,delete" or "delete,compact"),
        // Batches are stored as sent; a broker that recompresses is not this one.
        new("compression.type", "producer", 2, static value => value is "producer"),
        new("message.timestamp.type", "CreateTime", 2, static value => value is "CreateTime" or "LogAppendTime"),
        Number("retention.ms", "604800000", 5, -1),
        Number("retention.bytes", "-1", 5, -1),
        Number("segment.bytes", "1073741824", 3, 1024, int.MaxValue),
        Number("segment.ms", "604800000", 5, 1),
        Number("segment.jitter.ms", "0", 5, 0),
        Number("segment.index.bytes", "10485760", 3, 4, int.MaxValue),
        Number("index.interval.bytes", "4096", 3, 0, int.MaxValue),
        Number("max.message.bytes", "1048588", 3, 0, int.MaxValue),
        Number("min.insync.replicas", "1", 3, 1, int.MaxValue),
        Number("flush.messages", "9223372036854775807", 5, 1),
        Number("flush.ms", "9223372036854775807", 5, 0),
        Number("delete.retention.ms", "86400000", 5, 0),
        Number("file.delete.delay.ms", "60000", 5, 0),
        Number("min.compaction.lag.ms", "0", 5, 0),
        Number("max.compaction.lag.ms", "9223372036854775807", 5, 1),
        new("min.cleanable.dirty.ratio", "0.5", 6, static value => double.TryParse(value, out var ratio) && ratio is >= 0 and <= 1),
        Number("message.timestamp.before.max.ms", "9223372036854775807", 5, 0),
        Number("message.timestamp.after.max.ms", "9223372036854775807", 5, 0),
        Switch("preallocate"),
        Switch("unclean.leader.election.enable"),
    }.ToFrozenDictionary(static setting => setting.Name);

    /// <param name="values">Settings that were set, valid by <see cref="FindFault"/>.</param>
    public TopicConfig(IReadOnlyDictionary<string, string> values)
    {
        Values = values;
        IsLogAppendTime = this["message.timestamp.type"] == "LogAppendTime";
        IsDeleted = this["cleanup.policy"].Contains("delete", StringComparison.Ordinal);
        IsCompacted = this["cleanup.policy"].Contains("compact", StringComparison.Ordinal);
        RetentionMs = long.Parse(this["retention.ms"]);
        RetentionBytes = long.Parse(this["retention.bytes"]);
        SegmentBytes = int.Parse(this["segment.bytes"]);
        DeleteRetentionMs = long.Parse(this["delete.retention.ms"]);
        MinCompactionLagMs = long.Parse(this["min.compaction.lag.ms"]);
        MaxCompactionLagMs = long.Parse(this["max.compaction.lag.ms"]);
        RollMs = IsCompacted ? Math.Min(long.Parse(this["segment.ms"]), MaxCompactionLagMs) : long.Parse(this["segment.ms"]);
        MinCleanableDirtyRatio = double.Parse(this["min.cleanable.dirty.ratio"]);
        FlushMessages = long.Parse(this["flush.messages"]);
        FlushMs = long.Parse(this["flush.ms"]);
        MaxBatchBytes = int.Parse(this["max.message.bytes"]);
        MinInSyncReplicas = int.Parse(this["min.insync.replicas"]);
    }

    /// <summary>What was set, without defaults.</summary>
    public IReadOnlyDictionary<string, string> Values { get; }

    /// <summary>The broker, not the producer, gives records their time.</summary>
    public bool IsLogAppendTime { get; }

    /// <summary>Old segments are deleted (cleanup.policy has delete).</summary>
    public bool IsDeleted { get; }

    /// <summary>The last record of each key is kept, others are cleaned away (cleanup.policy has compact).</summary>
    public bool IsCompacted { get; }

    /// <summary>How long compaction keeps tombstones, in milliseconds.</summary>
    public long DeleteRetentionMs { get; }

    /// <summary>Records younger than this many milliseconds are not compacted.</summary>
    public long MinCompactionLagMs { get; }

    /// <summary>Records older than this many milliseconds are compacted, however few they are.</summary>
    public long MaxCompactionLagMs { get; }

    /// <summary>The share of a log that must not have been compacted yet for it to be worth the work, 0 to 1.</summary>
    public double MinCleanableDirtyRatio { get; }

    /// <summary>Age limit in milliseconds, -1 for none.</summary>
    public long RetentionMs { get; }

    /// <summary>Size limit of a partition in bytes, -1 for none.</summary>
    public long RetentionBytes { get; }

    public int SegmentBytes { get; }

    /// <summary>
    /// Span of records' time after which a segment is closed by the next append, in milliseconds: segment.ms, in a compacted topic at most
    /// max.compaction.lag.ms, since only closed segments are compacted.
    /// </summary>
    public long RollMs { get; }

    /// <summary>Records after which the log is forced to the disk before the next ack; <see cref="long.MaxValue"/> for never.</summary>
    public long FlushMessages { get; }

    /// <summary>Milliseconds after which a record is forced to the disk; <see cref="long.MaxValue"/> for never.</summary>
    public long FlushMs { get; }

    /// <summary>flush.messages or flush.ms is set.</summary>
    public bool IsFlushed => FlushMessages < long.MaxValue || FlushMs < long.MaxValue;

    public int MaxBatchBytes { get; }

    /// <summary>Above 1 this single replica can never satisfy acks=all, as on a Kafka cluster that lost the others.</summary>
    public int MinInSyncReplicas { get; }

    /// <summary>The value in force: set or default. <paramref name="name"/> must be known.</summary>
    public string this[string name] => Values.GetValueOrDefault(name) ?? Known[name].Default;

    /// <summary>Why a setting cannot be stored, or null.</summary>
    public static string? FindFault(string name, string? value) =>
        !Known.TryGetValue(name, out var setting) ? $"Unknown topic config name: {Short(name)}"
        : value is null || !setting.IsValid(value) ? $"Invalid value {Short(value)} for configuration {name}"
        : null;

    private static string? Short(string? text) => text is { Length: > 100 } ? text[..100] + "…" : text;

    private static TopicSetting Number(string name, string standard, sbyte type, long min, long max = long.MaxValue) =>
        new(name, standard, type, value => long.TryParse(value, out var number) && number >= min && number <= max);

    private static TopicSetting Switch(string name) => new(name, "false", 1, static value => value is "true" or "false");
}
