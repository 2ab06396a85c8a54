using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>Reads topics as a member of a group: one loop of batches, polling that never stops, offsets stored only for what is done.</summary>
/// <remarks>
/// At least once. A thread of its own polls; it joins the group at the first call of <see cref="BatchesAsync"/>. All members are thread-safe,
/// but one loop at a time may enumerate batches. Disposal commits what was stored and leaves the group.
/// </remarks>
public sealed class RecordConsumer : IAsyncDisposable
{
    /// <summary>Partitions owned now.</summary>
    public IReadOnlyCollection<(string Topic, int Partition)> Assignment => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Batches without end, until <paramref name="stoppingToken"/> is cancelled; then the enumeration ends without an exception.</summary>
    /// <param name="maxBatchSize">Most records a batch holds, from 1.</param>
    /// <param name="maxLinger">How long a started batch waits to fill.</param>
    /// <param name="stoppingToken">Ends the enumeration: no new batch is taken; the one at work is not touched.</param>
    /// <exception cref="KafkaException">The client met a fatal error; the process should end and be started again.</exception>
    public IAsyncEnumerable<RecordBatch> BatchesAsync(int maxBatchSize, TimeSpan maxLinger, CancellationToken stoppingToken) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Marks the whole batch as done. Records of partitions no longer owned are ignored.</summary>
    public void Store(RecordBatch batch) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Marks one record as done, in any order; only the gap-free prefix of its partition is stored.</summary>
    public void Complete(StreamRecord record) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Puts what is not done of a batch back to the head of its partitions, where still owned: it comes again.</summary>
    public void GiveBack(RecordBatch batch) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Gives no more records of these partitions until <see cref="Resume"/>. Partitions not owned are ignored; a pause ends with the assignment.</summary>
    public void Pause(IEnumerable<TopicPartition> partitions) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume(IEnumerable<TopicPartition> partitions) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>The offset the next record of a partition will get, asked of the broker now; null while it does not answer within 2 s. Blocks.</summary>
    public long? QueryEndOffset(string topic, int partition) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>End offsets of many partitions in one request, asked of the broker now.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>> EndOffsetsAsync(
        IReadOnlyCollection<(string Topic, int Partition)> partitions, CancellationToken cancellationToken) => throw new NotSupportedException("Comes with the next commit.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
