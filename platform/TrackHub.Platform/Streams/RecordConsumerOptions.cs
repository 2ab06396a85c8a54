using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>How partitions are shared among the members of a group.</summary>
public enum Assignor
{
    /// <summary>Equal partition numbers of all topics go to one member: co-partitioned topics stay together.</summary>
    Range,

    /// <summary>A rebalance moves only the partitions that change hands.</summary>
    CooperativeSticky,
}

/// <summary>What one consumer reads, and its bounds.</summary>
public sealed record RecordConsumerOptions
{
    /// <summary>Consumer group.</summary>
    public required string Group { get; init; }

    /// <summary>Topics; those with a delay deliver a record only when its time has come.</summary>
    public required IReadOnlyList<TopicDefinition> Topics { get; init; }

    /// <summary>How the group shares partitions. All members of a group must agree. Default <see cref="Assignor.Range"/>.</summary>
    public Assignor Assignor { get; init; } = Assignor.Range;

    /// <summary>
    /// Next offset to read by partition, for a role that keeps its offsets elsewhere, in one transaction with its effects; a partition that is
    /// missing is read from the start of the log. Called on each assignment, once for all partitions; asked again while a dependency is away or
    /// it takes long. Null: the group's own offsets.
    /// </summary>
    public Func<CancellationToken, Task<IReadOnlyDictionary<(string Topic, int Partition), long>>>? StartOffsets { get; init; }

    /// <summary>Called on the poll thread when partitions were assigned; must be quick.</summary>
    public Action<IReadOnlyCollection<(string Topic, int Partition)>>? OnAssigned { get; init; }

    /// <summary>Called on the poll thread when partitions were revoked or lost; must be quick.</summary>
    public Action<IReadOnlyCollection<(string Topic, int Partition)>>? OnRevoked { get; init; }

    /// <summary>
    /// How long the broker lets a fetch fill before it answers, 64 kB at most: an answer with one record costs broker and client hardly less than one with many.
    /// Default zero: it answers as soon as there is a record.
    /// </summary>
    public TimeSpan FetchLinger { get; init; }

    /// <summary>Records buffered ready to be taken. Full: the poll loop stops fetching, after a second pauses all partitions and polls on. Default 5,000.</summary>
    public int PrefetchRecords { get; init; } = 5_000;

    /// <summary>Records held of a partition that waits (delay, or paused by its role). Full: that partition is paused at the broker. Default 256.</summary>
    public int HeldPerPartition { get; init; } = 256;

    /// <summary>Records taken and not yet stored or completed. Full: no further batch is given. Default 20,000.</summary>
    public int MaxOutstanding { get; init; } = 20_000;

    /// <summary>How long a partition that is taken away in order waits for the batch at work to be stored. Default 3 s.</summary>
    public TimeSpan RevokeGrace { get; init; } = TimeSpan.FromSeconds(3);
}
