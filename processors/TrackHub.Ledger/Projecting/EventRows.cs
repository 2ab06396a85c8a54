using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>Table <c>events</c>: every accepted event with its receipt.</summary>
internal static class EventRows
{
    /// <summary>Writes <c>events</c>; the statement returns kind, brand and ingest time of those that are new.</summary>
    public static readonly TableWriter<Source<TrackedEvent>> Writer = new TableWriter<Source<TrackedEvent>>("events", "do nothing returning kind, brand_id, ingested_at")
        .With("ingest_id", "uuid", static s => s.IngestId)
        .With("ingested_at", "timestamptz", static s => s.IngestedAt)
        .With("brand_id", "text", static s => s.Value.BrandId)
        .With("kind", "text", static s => s.Value.Kind.ToSymbol())
        .With("event_id", "text", static s => s.Value.EventId)
        .With("event_time", "timestamptz", static s => s.Value.EventTime)
        .With("received_at", "timestamptz", static s => s.Value.ReceivedAt)
        .With("session_id", "text", static s => s.Value.SessionId)
        .With("click_id", "text", static s => s.Value.ClickId)
        .With("gateway", "text", static s => s.Value.Sale?.Gateway)
        .With("connection_id", "text", static s => s.Value.Sale?.ConnectionId)
        .With("sale_id", "text", static s => s.Value.Sale?.SaleId)
        .With("sale_kind", "text", static s => s.Value.Sale?.Kind.ToSymbol())
        .With("gateway_event", "text", static s => s.Value.Sale?.GatewayEvent)
        .With("test", "boolean", static s => s.Value.Sale?.Test ?? false)
        .With("amount_minor", "bigint", static s => s.Value.Sale?.AmountMinor ?? s.Value.ValueMinor)
        .With("currency", "text", static s => s.Value.Sale?.Currency ?? s.Value.Currency)
        .With("product_id", "text", static s => s.Value.Sale?.ProductId ?? s.Value.Traits.Product)
        .With("consent_ads", "boolean", static s => s.Value.ConsentAds)
        .With("email_hash", "bytea", static s => s.Value.Keys.Email)
        .With("phone_hash", "bytea", static s => s.Value.Keys.Phone)
        .With("topic", "text", static s => s.Coordinates.Topic)
        .With("partition", "int", static s => s.Coordinates.Partition)
        .With("\"offset\"", "bigint", static s => s.Coordinates.Offset);
}
