using Npgsql;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Publishing;

/// <summary>Writes anomalies that changed to the topic <c>performance-anomalies</c>, also those whose status people changed.</summary>
/// <remarks>As <see cref="Publication"/> does: after a crash between topic and row the same revision of the same id comes again.</remarks>
internal sealed class AnomalyPublication(NpgsqlDataSource database, RecordProducer producer)
{
    // Any number that no other lock of TrackHub has.
    private const long LockKey = 0x53656E747279;   // "Sentry"
    private const int Most = 500;

    /// <summary>Publishes what changed, at most some hundreds at a time.</summary>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var take = new NpgsqlCommand("select pg_try_advisory_xact_lock($1)", connection, transaction) { Parameters = { new() { Value = LockKey } } })
        {
            if (await take.ExecuteScalarAsync(cancellationToken) is not true)
                return;   // another instance publishes
        }

        var changed = await ChangedAsync(connection, transaction, cancellationToken);
        if (changed.Count == 0)
            return;

        await producer.ProduceAllAsync(changed.ConvertAll(RecordOf), cancellationToken);
        await MarkAsync(connection, transaction, changed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static OutgoingRecord RecordOf(PerformanceAnomaly anomaly) => OutgoingRecord.Create(
        Topics.PerformanceAnomalies, $"{anomaly.BrandId}/{anomaly.MetricType.ToSymbol()}", anomaly, RecordHeaders.ForBrand(anomaly.BrandId));

    private static async Task<List<PerformanceAnomaly>> ChangedAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select id, brand_id, metric_type, severity, status, hour, window_hours, detected_at, value_at_detection, expected_value, deviation_percentage,
                revenue_at_risk_minor, currency, insight_explanation, insight_action, resolved_at, revision
            from performance_anomalies where published_revision < revision limit $1
            """, connection, transaction)
        {
            Parameters = { new() { Value = Most } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var changed = new List<PerformanceAnomaly>();
        while (await reader.ReadAsync(cancellationToken))
            changed.Add(Read(reader));
        return changed;
    }

    private static PerformanceAnomaly Read(NpgsqlDataReader row) => new()
    {
        AnomalyId = row.GetGuid(0).ToString(),
        BrandId = row.GetString(1),
        MetricType = MetricTypeSymbols.TryParse(row.GetString(2), out var metric) ? metric : MetricType.Unknown,
        Severity = AnomalySeveritySymbols.TryParse(row.GetString(3), out var severity) ? severity : AnomalySeverity.Unknown,
        Status = AnomalyStatusSymbols.TryParse(row.GetString(4), out var status) ? status : AnomalyStatus.Unknown,
        Hour = row.GetFieldValue<DateTimeOffset>(5),
        WindowHours = row.GetInt32(6),
        DetectedAt = row.GetFieldValue<DateTimeOffset>(7),
        ValueAtDetection = row.GetDouble(8),
        ExpectedValue = row.GetDouble(9),
        DeviationPercentage = row.GetDouble(10),
        RevenueAtRiskMinor = row.GetInt64(11),
        Currency = row.GetString(12),
        InsightExplanation = row.IsDBNull(13) ? null : row.GetString(13),
        InsightAction = row.IsDBNull(14) ? null : row.GetString(14),
        ResolvedAt = row.IsDBNull(15) ? null : row.GetFieldValue<DateTimeOffset>(15),
        Revision = row.GetInt64(16),
    };

    // A look or a page may have made the next revision meanwhile: that one is published the next time.
    private static async Task MarkAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, List<PerformanceAnomaly> published, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update performance_anomalies a set published_revision = p.published from unnest($1::uuid[], $2::bigint[]) as p(id, published) where a.id = p.id
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = published.ConvertAll(static a => Guid.Parse(a.AnomalyId)) }, new() { Value = published.ConvertAll(static a => a.Revision) },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
