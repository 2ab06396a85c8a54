using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Appending;

/// <summary>Where accepted events go. The boundary that tests without a broker cut, and where the local spool takes its place.</summary>
internal interface IEventLog
{
    /// <summary>Appends one event and waits a bounded time until it is durable.</summary>
    /// <returns>Its coordinates; null if that did not happen in time. The record may be in the log all the same.</returns>
    ValueTask<RecordCoordinates?> AppendAsync(TopicDefinition topic, string key, TrackedEvent tracked);

    /// <summary>Keeps an authentic webhook that could not be mapped, with the outcome that ends it; waits a bounded time until both are durable.</summary>
    /// <returns>Coordinates of the dead letter; null as above.</returns>
    ValueTask<RecordCoordinates?> AppendDeadAsync(DeadWebhook webhook, EventOutcome outcome);

    /// <summary>Keeps a delivery that did not prove itself, or notes that one was let in; waits a bounded time until that is durable.</summary>
    /// <returns>Its coordinates; null as above.</returns>
    ValueTask<RecordCoordinates?> AppendQuarantinedAsync(QuarantinedWebhook webhook);
}
