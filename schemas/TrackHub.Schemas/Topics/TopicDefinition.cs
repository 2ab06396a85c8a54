namespace TrackHub.Schemas;

/// <summary>What a topic is: everything a cluster must agree with.</summary>
/// <param name="Name">Topic name.</param>
/// <param name="Partitions">Partition count; co-partitioned families share one number.</param>
/// <param name="Retention">How long records stay; null for compacted topics that keep the newest record of each key.</param>
/// <param name="ValueType">Generated record type of the values.</param>
/// <param name="ValueSchemaJson">Avro schema registered under <c>{Name}-value</c>.</param>
public sealed record TopicDefinition(string Name, int Partitions, TimeSpan? Retention, Type ValueType, string ValueSchemaJson)
{
    /// <summary>Constant delay of a delay topic, counted from append time; null for an ordinary topic.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Largest lengthening of <see cref="Delay"/> at the head, as a share of it; 0 for none.</summary>
    public double Jitter { get; init; }

    /// <summary>True where timestamps are the broker's append time: delay topics and all topics the matcher reads.</summary>
    public bool LogAppendTime { get; init; }

    /// <summary>Subject of the value schema (TopicNameStrategy).</summary>
    public string Subject => Name + "-value";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
