using System.Text.Json;
using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Projecting;

/// <summary>Tables <c>conversions</c> and <c>matches</c>: each revision of each sale, and why its click won.</summary>
internal static class ConversionRows
{
    /// <summary>Writes <c>conversions</c>.</summary>
    public static readonly TableWriter<Source<Conversion>> Conversions = Keyed("conversions")
        .With("ingest_id", "uuid", static s => s.IngestId)
        .With("event_id", "text", static s => s.Value.EventId)
        .With("kind", "text", static s => s.Value.Kind.ToSymbol())
        .With("state", "text", static s => s.Value.State.ToSymbol())
        .With("test", "boolean", static s => s.Value.Test)
        .With("purchase", "boolean", static s => s.Value.Purchase)
        .With("event_time", "timestamptz", static s => s.Value.EventTime)
        .With("received_at", "timestamptz", static s => s.Value.ReceivedAt)
        .With("method", "text", static s => s.Value.Method.ToSymbol())
        .With("amount_minor", "bigint", static s => s.Value.AmountMinor)
        .With("net_minor", "bigint", static s => s.Value.NetMinor)
        .With("currency", "text", static s => s.Value.Currency)
        .With("product_id", "text", static s => s.Value.ProductId)
        .With("product_name", "text", static s => s.Value.ProductName)
        .With("stage", "text", static s => s.Value.Stage.ToSymbol())
        .With("score", "double precision", static s => s.Value.Score)
        .With("quality", "double precision", static s => s.Value.Quality)
        .With("passes", "int", static s => s.Value.Passes)
        .With("flags", "text", static s => string.Join(',', s.Value.Flags), "string_to_array(r.flags, ',')")
        .With("keys_present", "text", static s => string.Join(',', s.Value.KeysPresent), "string_to_array(r.keys_present, ',')")
        .With("consent_ads", "boolean", static s => s.Value.ConsentAds);

    /// <summary>Writes <c>matches</c>.</summary>
    public static readonly TableWriter<Source<Conversion>> Matches = Keyed("matches")
        .With("stage", "text", static s => s.Value.Stage.ToSymbol())
        .With("score", "double precision", static s => s.Value.Score)
        .With("rules_version", "int", static s => s.Value.RulesVersion)
        .With("score_model", "int", static s => s.Value.ScoreModel)
        .With("reason", "text", static s => s.Value.Reason)
        .With("click_ingest_id", "uuid", static s => s.Value.Click is { } click && Guid.TryParse(click.IngestId, out var id) ? id : (Guid?)null)
        .With("click_event_id", "text", static s => s.Value.Click?.EventId)
        .With("click", "jsonb", static s => s.Value.Click is { } click ? JsonSerializer.Serialize(click, LedgerJson.Default.MatchedClick) : null)
        .With("evidence", "jsonb", static s => JsonSerializer.Serialize(s.Value.Evidence, LedgerJson.Default.IReadOnlyListEvidence));

    private static TableWriter<Source<Conversion>> Keyed(string table) => new TableWriter<Source<Conversion>>(table)
        .With("brand_id", "text", static s => s.Value.BrandId)
        .With("gateway", "text", static s => s.Value.Gateway)
        .With("sale_id", "text", static s => s.Value.SaleId)
        .With("revision", "bigint", static s => s.Value.Revision)
        .With("ingested_at", "timestamptz", static s => s.IngestedAt);
}
