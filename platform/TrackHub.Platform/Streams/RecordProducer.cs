using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>Appends records to the log and knows when they are durable: acks from all replicas, idempotent, bounded. Singleton, thread-safe.</summary>
public sealed class RecordProducer : IAsyncDisposable
{
    /// <summary>Appends one record; completes when it is persisted. Refuses at once when the local queue is full.</summary>
    /// <exception cref="LogUnavailableException">Not acknowledged; it may be in the log all the same.</exception>
    public Task<RecordCoordinates> ProduceAsync<T>(TopicDefinition topic, string key, T value, RecordHeaders headers, CancellationToken cancellationToken)
        where T : IAvroRecord<T> => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Appends all records; completes when every one is persisted. Waits while the local queue is full.</summary>
    /// <exception cref="LogUnavailableException">At least one was not acknowledged; some may be in the log.</exception>
    public Task ProduceAllAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Appends a copy of a record, key and value byte for byte, under other headers.</summary>
    /// <exception cref="LogUnavailableException">Not acknowledged; it may be in the log all the same.</exception>
    public Task<RecordCoordinates> ForwardAsync(TopicDefinition topic, StreamRecord record, RecordHeaders headers, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Comes with the next commit.");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
