using Npgsql;
using TrackHub.Metrics.Summing;
using TrackHub.Platform.Performance;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Publishing;

/// <summary>Writes figures that changed to the topic <c>performance-metrics</c>.</summary>
/// <remarks>
/// A row remembers the revision that is on the topic, set when its record is durable: after a crash in between the same record comes again. One instance
/// publishes at a time, under an advisory lock that its transaction holds, so the records of a key come in the order of their revisions.
/// </remarks>
internal sealed class Publication(NpgsqlDataSource database, RecordProducer producer, FigureMetrics metrics)
{
    // Any number that no other lock of TrackHub has.
    private const long LockKey = 0x4D657472696373;   // "Metrics"

    /// <summary>Figures published at a time, at most.</summary>
    public const int Most = 2_000;

    /// <summary>Publishes what changed.</summary>
    /// <returns>How many figures; if <see cref="Most"/>, there may be more.</returns>
    public async Task<int> PublishAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var take = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = LockKey } } })
        {
            if (await take.ExecuteScalarAsync(cancellationToken) is not true)
                return 0;   // another instance publishes
        }

        var changed = await ChangedAsync(connection, transaction, cancellationToken);
        if (changed.Count == 0)
            return 0;

        await producer.ProduceAllAsync(changed.ConvertAll(RecordOf), cancellationToken);
        await MarkAsync(connection, transaction, changed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        metrics.Published(changed.Count);
        return changed.Count;
    }

    private static OutgoingRecord RecordOf(PerformanceMetric metric) => OutgoingRecord.Create(
        Topics.PerformanceMetrics, MetricIds.KeyOf(metric.BrandId, metric.Source, metric.Period, metric.Timestamp), metric, RecordHeaders.ForBrand(metric.BrandId));

    private static async Task<List<PerformanceMetric>> ChangedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select brand_id, source, period, timestamp, revision, currency, spend_minor, revenue_minor, refunded_minor, conversions, new_customers, clicks,
                impressions, unconverted
            from performance_metrics where published_revision < revision limit $1
            """, connection, transaction)
        {
            Parameters = { new() { Value = Most } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var changed = new List<PerformanceMetric>();
        while (await reader.ReadAsync(cancellationToken))
            changed.Add(Read(reader));
        return changed;
    }

    private static PerformanceMetric Read(NpgsqlDataReader row)
    {
        var (brand, start) = (row.GetString(0), row.GetFieldValue<DateTimeOffset>(3));
        var (source, period) = (Stored.SourceOf(row.GetString(1)), Stored.PeriodOf(row.GetString(2)));
        var (spend, revenue, customers, clicks, impressions) = (row.GetInt64(6), row.GetInt64(7), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12));
        return new()
        {
            MetricId = MetricIds.Of(brand, source, period, start),
            BrandId = brand,
            Source = source,
            Period = period,
            Timestamp = start,
            Revision = row.GetInt64(4),
            Currency = row.GetString(5),
            SpendMinor = spend,
            RevenueMinor = revenue,
            RefundedMinor = row.GetInt64(8),
            Conversions = row.GetInt64(9),
            NewCustomers = customers,
            Clicks = clicks,
            Impressions = impressions,
            Unconverted = row.GetInt64(13),
            Roas = Ratios.Roas(revenue, spend),
            CacMinor = Ratios.CacMinor(spend, customers),
            Ctr = Ratios.Ctr(clicks, impressions),
            CpcMinor = Ratios.CpcMinor(spend, clicks),
        };
    }

    // Rows that a batch holds are left out, for it changes them: they are published again anyway, and nobody waits for another in a circle.
    private static async Task MarkAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, List<PerformanceMetric> published, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update performance_metrics m set published_revision = free.published
            from (
                select f.brand_id, f.source, f.period, f.timestamp, p.published
                from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[]) as p(brand_id, source, period, timestamp, published)
                join performance_metrics f using (brand_id, source, period, timestamp) for update of f skip locked) as free
            where (m.brand_id, m.source, m.period, m.timestamp) = (free.brand_id, free.source, free.period, free.timestamp)
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = published.ConvertAll(static m => m.BrandId) },
                new() { Value = published.ConvertAll(static m => m.Source.ToSymbol()) },
                new() { Value = published.ConvertAll(static m => m.Period.ToSymbol()) },
                new() { Value = published.ConvertAll(static m => m.Timestamp.ToUniversalTime()) },
                new() { Value = published.ConvertAll(static m => m.Revision) },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
