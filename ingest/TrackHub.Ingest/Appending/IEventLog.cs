using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Appending;

/// <summary>Where accepted events go. The boundary that tests without a broker cut.</summary>
internal interface IEventLog
{
    /// <summary>Key of a delivery that did not prove itself: its brand's of a gateway stay in order.</summary>
    static string KeyOf(QuarantinedWebhook webhook) => $"{webhook.BrandId}/{webhook.Gateway}";

    /// <summary>Appends one browser event, which was never more than its bytes; completes within a bounded time.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="brand">Its brand.</param>
    /// <param name="key">Its key. Copied before this returns, as is the value.</param>
    /// <param name="value">Its Avro, behind room for the header of the <see cref="WireFormat"/>, which is filled in here.</param>
    /// <returns>Its coordinates once it is durable. A fault of which <see cref="Unavailability"/> knows the reason: it may be in the log all the same.</returns>
    ValueTask<RecordCoordinates> AppendAsync(TopicDefinition topic, Brand brand, ReadOnlySpan<byte> key, Span<byte> value);

    /// <summary>Appends one event and waits a bounded time until it is durable.</summary>
    /// <returns>Its coordinates; null if that did not happen in time. The record may be in the log all the same.</returns>
    ValueTask<RecordCoordinates?> AppendAsync(TopicDefinition topic, string key, TrackedEvent tracked);

    /// <summary>Keeps an authentic webhook that could not be mapped, with the outcome that ends it; waits a bounded time until both are durable.</summary>
    /// <returns>Coordinates of the dead letter; null as above.</returns>
    ValueTask<RecordCoordinates?> AppendDeadAsync(DeadWebhook webhook, EventOutcome outcome);

    /// <summary>Keeps a delivery that did not prove itself, or notes that one was let in; waits a bounded time until that is durable.</summary>
    /// <returns>Its coordinates; null as above.</returns>
    ValueTask<RecordCoordinates?> AppendQuarantinedAsync(QuarantinedWebhook webhook);

    /// <summary>Appends records that waited in the spool, in their order; waits as long as the client library tries.</summary>
    /// <param name="records">The records.</param>
    /// <param name="schemas">Schema of each topic's records: that of the version that spooled them.</param>
    /// <param name="stoppingToken">Gives up.</param>
    /// <returns>True when all are durable; false if not: any of them may be in the log all the same.</returns>
    Task<bool> AppendSpooledAsync(IReadOnlyList<SpooledRecord> records, IReadOnlyDictionary<string, string> schemas, CancellationToken stoppingToken);
}
