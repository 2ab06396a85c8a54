using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Streams;

/// <summary>A buffer of three topics, one plain, one delayed, one delayed with jitter.</summary>
public abstract class RecordBufferTest
{
    private protected static readonly TopicDefinition Plain = Topics.IngestEvents;
    private protected static readonly TopicDefinition Delayed = Topics.PendingMatch5S;
    private protected static readonly TopicDefinition Jittered = Topics.CapiHold15S;

    private protected ManualClock Clock { get; } = new();

    /// <summary>Offsets that were stored, in order.</summary>
    private protected List<(string Topic, int Partition, long Offset)> Stored { get; } = [];

    private protected static void Assign(RecordBuffer buffer, TopicDefinition topic, params int[] partitions)
    {
        foreach (var partition in partitions)
            buffer.Assign(topic, partition);
    }

    private protected static StreamRecord Record(TopicDefinition topic, int partition, long offset, DateTimeOffset time) =>
        new() { Coordinates = new(topic.Name, partition, offset), Timestamp = time };

    private protected static async Task<RecordBatch> Take(RecordBuffer buffer, int size) => (await buffer.TakeAsync(size, TimeSpan.Zero, CancellationToken.None))!;

    private protected void Add(RecordBuffer buffer, TopicDefinition topic, int partition, long from, int count)
    {
        for (var offset = from; offset < from + count; offset++)
            buffer.Add(Record(topic, partition, offset, Clock.GetUtcNow()));
    }

    private protected RecordBuffer Buffer(
        int prefetch = 1000, int heldPerPartition = 1000, int outstanding = 1000, bool ownOffsets = false) => new(
        new()
        {
            Group = "test",
            Topics = [Plain, Delayed, Jittered],
            PrefetchRecords = prefetch,
            HeldPerPartition = heldPerPartition,
            MaxOutstanding = outstanding,
            StartOffsets = ownOffsets ? static _ => throw new InvalidOperationException("A buffer asks for no offsets.") : null,
        },
        (partition, next, _) => Stored.Add((partition.Topic.Name, partition.Number, next)),
        Clock);
}
