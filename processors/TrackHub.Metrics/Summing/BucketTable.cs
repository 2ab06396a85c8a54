using Npgsql;
using TrackHub.Metrics.Grounds;
using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Summing;

/// <summary>Table <c>performance_metrics</c>: adds what changed.</summary>
internal static class BucketTable
{
    private static readonly TableWriter<(BucketKey Key, Sums Sums, string Currency)> Writer = new TableWriter<(BucketKey Key, Sums Sums, string Currency)>(
            "performance_metrics as m",
            """
            (brand_id, source, period, timestamp) do update set revision = m.revision + 1, currency = excluded.currency, updated_at = now(),
            spend_minor = m.spend_minor + excluded.spend_minor, revenue_minor = m.revenue_minor + excluded.revenue_minor,
            refunded_minor = m.refunded_minor + excluded.refunded_minor, conversions = m.conversions + excluded.conversions,
            new_customers = m.new_customers + excluded.new_customers, clicks = m.clicks + excluded.clicks,
            impressions = m.impressions + excluded.impressions, unconverted = m.unconverted + excluded.unconverted
            """)
        .With("brand_id", "text", static r => r.Key.BrandId)
        .With("source", "text", static r => r.Key.Source.ToSymbol())
        .With("period", "text", static r => r.Key.Period.ToSymbol())
        .With("timestamp", "timestamptz", static r => r.Key.Start)
        .With("revision", "bigint", static _ => 1L)
        .With("currency", "text", static r => r.Currency)
        .With("spend_minor", "bigint", static r => r.Sums.Spend)
        .With("revenue_minor", "bigint", static r => r.Sums.Revenue)
        .With("refunded_minor", "bigint", static r => r.Sums.Refunded)
        .With("conversions", "bigint", static r => r.Sums.Conversions)
        .With("new_customers", "bigint", static r => r.Sums.Conversions)
        .With("clicks", "bigint", static r => r.Sums.Clicks)
        .With("impressions", "bigint", static r => r.Sums.Impressions)
        .With("unconverted", "bigint", static r => r.Sums.Unconverted);

    /// <summary>Adds what changed to a batch of statements; each sum gets a new revision.</summary>
    public static void AddTo(NpgsqlBatch batch, BucketDeltas deltas, IReadOnlyDictionary<string, BrandGround> grounds) =>
        Writer.AddTo(batch, [.. deltas.Changed.Select(delta => (delta.Key, delta.Value, grounds[delta.Key.BrandId].Currency))]);
}
