namespace TrackHub.LocalKafka.Storage;

/// <summary>A topic that is open: its stored record and its partitions. Replaced whole when either changes.</summary>
internal sealed class Topic(TopicRecord record, TopicConfig config, PartitionLog[] partitions)
{
    public string Name => record.Name;

    public Guid Id => record.Id;

    public TopicRecord Record => record;

    public TopicConfig Config => config;

    /// <summary>Partitions by number.</summary>
    public IReadOnlyList<PartitionLog> Partitions => partitions;

    /// <summary>The partition of that number, or null.</summary>
    public PartitionLog? Partition(int number) => (uint)number < (uint)partitions.Length ? partitions[number] : null;
}
