using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>Table <c>event_outcomes</c>: one end per accepted event and destination.</summary>
internal static class OutcomeRows
{
    /// <summary>Destination of an event that goes to no pixel.</summary>
    public const string NoDestination = "none";

    /// <summary>Writes <c>event_outcomes</c>.</summary>
    public static readonly TableWriter<Source<EventOutcome>> Writer = new TableWriter<Source<EventOutcome>>("event_outcomes")
        .With("ingest_id", "uuid", static s => s.IngestId)
        .With("ingested_at", "timestamptz", static s => s.IngestedAt)
        .With("destination", "text", static s => s.Value.Destination)
        .With("revision", "bigint", static s => s.Value.Revision)
        .With("brand_id", "text", static s => s.Value.BrandId)
        .With("event_id", "text", static s => s.Value.EventId)
        .With("event_name", "text", static s => s.Value.EventName)
        .With("state", "text", static s => s.Value.State.ToSymbol())
        .With("reason", "text", static s => s.Value.Reason)
        .With("at", "timestamptz", static s => s.Value.At)
        .With("gateway", "text", static s => s.Value.Gateway)
        .With("sale_id", "text", static s => s.Value.SaleId);

    /// <summary>The end of a browser event that goes nowhere: the ledger itself records it, nobody else writes one.</summary>
    public static Source<EventOutcome> Recorded(Source<TrackedEvent> source) => new(
        new EventOutcome
        {
            IngestId = source.Value.IngestId,
            BrandId = source.Value.BrandId,
            EventId = source.Value.EventId,
            Destination = NoDestination,
            State = OutcomeState.Recorded,
            Reason = source.Value.Kind.ToSymbol(),
            Revision = 1,
            At = source.Value.ReceivedAt,
        },
        source.IngestId,
        source.IngestedAt,
        source.Coordinates);
}
