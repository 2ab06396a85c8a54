namespace TrackHub.Platform.Streams;

/// <summary>Keeps what could not go on: sealed, with its source and reason, in <c>dead-letters</c>. Singleton, thread-safe.</summary>
public sealed class DeadLetters
{
    /// <summary>Writes a record that could not go on; durable when this completes.</summary>
    /// <param name="source">The record.</param>
    /// <param name="stage">Who gives up: matcher, dispatcher or ledger.</param>
    /// <param name="reason">One word, also a metric tag.</param>
    /// <param name="detail">For people; no personal data.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LogUnavailableException">Not acknowledged.</exception>
    public Task WriteAsync(StreamRecord source, string stage, string reason, string detail, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Writes a record that could not go on, with the ids of its event.</summary>
    /// <exception cref="LogUnavailableException">Not acknowledged.</exception>
    public Task WriteAsync(StreamRecord source, string stage, string reason, string detail, DeadEvent about, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Writes an authenticated webhook that could not be mapped, gateway tokens already removed; durable when this completes.</summary>
    /// <exception cref="LogUnavailableException">Not acknowledged.</exception>
    public Task<RecordCoordinates> WriteWebhookAsync(DeadWebhook webhook, CancellationToken cancellationToken) => throw new NotSupportedException("Comes with the next commit.");
}

/// <summary>What is known of the event of a dead letter.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="IngestId">Ingest id.</param>
/// <param name="EventId">Deduplication id.</param>
public sealed record DeadEvent(string? BrandId, string? IngestId, string? EventId);

/// <summary>A webhook that could not be mapped.</summary>
/// <param name="BrandId">Brand of the connection.</param>
/// <param name="Gateway">Gateway name.</param>
/// <param name="ConnectionId">Public id of the connection's row.</param>
/// <param name="IngestId">The ingest id it was given.</param>
/// <param name="ContentType">Content type of the body.</param>
/// <param name="Body">The body without the gateway's tokens.</param>
/// <param name="Reason">One word, also a metric tag.</param>
/// <param name="Detail">For people; no personal data.</param>
public sealed record DeadWebhook(
    string BrandId, string Gateway, string ConnectionId, string IngestId, string? ContentType, byte[] Body, string Reason, string Detail);
