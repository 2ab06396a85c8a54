using Npgsql;
using NpgsqlTypes;
using TrackHub.Metrics.Sentry.Episodes;
using TrackHub.Metrics.Sentry.Explaining;
using TrackHub.Schemas;

namespace TrackHub.Metrics.Sentry.Watching;

/// <summary>Table <c>performance_anomalies</c>, one brand's part of it, in the transaction of the look.</summary>
/// <remarks>Each change is a revision; <see cref="Publishing.AnomalyPublication"/> takes it to the topic. People's status is theirs: only what nobody decided is resolved by itself.</remarks>
internal sealed class AnomalyTable(NpgsqlConnection connection, NpgsqlTransaction transaction, WatchedBrand brand)
{
    /// <summary>Anomalies that are open, or were since a moment.</summary>
    public async Task<IReadOnlyList<KnownAnomaly>> FindAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select id, metric_type, hour, severity, value_at_detection, expected_value, resolved_at from performance_anomalies
            where brand_id = $1 and (resolved_at is null or resolved_at >= $2)
            """, connection, transaction)
        {
            Parameters = { new() { Value = brand.BrandId }, new() { Value = since.ToUniversalTime() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new List<KnownAnomaly>();
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(new(
                reader.GetGuid(0), MetricTypeSymbols.TryParse(reader.GetString(1), out var metric) ? metric : default, reader.GetFieldValue<DateTimeOffset>(2),
                AnomalySeveritySymbols.TryParse(reader.GetString(3), out var severity) ? severity : default, reader.GetDouble(4), reader.GetDouble(5),
                await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(6)));
        }

        return known;
    }

    /// <summary>Adds one; nothing if the figure has one of that hour.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="metric">Which figure.</param>
    /// <param name="episode">When and how far it was off.</param>
    /// <param name="hour">Start of the hour by which it was found.</param>
    /// <param name="risk">Revenue at risk.</param>
    /// <param name="insight">What lies behind it.</param>
    /// <param name="now">Present time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was added.</returns>
    public async Task<bool> AddAsync(
        Guid id, MetricType metric, Episode episode, DateTimeOffset hour, long risk, Insight? insight, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into performance_anomalies (id, brand_id, metric_type, severity, status, hour, window_hours, detected_at, value_at_detection, expected_value,
                deviation_percentage, revenue_at_risk_minor, currency, insight_explanation, insight_action, resolved_at)
            values ($1, $2, $3, $4, case when $5 then 'resolved' else 'new' end, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, case when $5 then $8 end)
            on conflict do nothing
            """, connection, transaction);
        foreach (var value in (object?[])
            [
                id, brand.BrandId, metric.ToSymbol(), episode.Severity.ToSymbol(), episode.End is not null, hour.ToUniversalTime(), episode.Found.Window, now.ToUniversalTime(),
                episode.Found.Value, episode.Found.Expected, episode.Found.Percentage, risk, brand.Currency,
            ])
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(Nullable(insight?.Explanation));
        command.Parameters.Add(Nullable(insight?.SuggestedAction));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Says anew how bad it is; one that was over is open again.</summary>
    public async Task TellAsync(KnownAnomaly known, Episode episode, long risk, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update performance_anomalies set severity = $2, revenue_at_risk_minor = $3, currency = $4, revision = revision + 1, updated_at = now(),
                window_hours = $5, value_at_detection = $6, expected_value = $7, deviation_percentage = $8,
                status = case when resolved_at is not null and status = 'resolved' then 'new' else status end, resolved_at = null
            where id = $1
            """, connection, transaction);
        var severity = episode.Severity > known.Severity ? episode.Severity : known.Severity;
        foreach (var value in (object[])
            [known.Id, severity.ToSymbol(), risk, brand.Currency, episode.Found.Window, episode.Found.Value, episode.Found.Expected, episode.Found.Percentage])
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The pattern is back. What people ignored stays ignored.</summary>
    public async Task ResolveAsync(KnownAnomaly known, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update performance_anomalies set resolved_at = $2, status = case when status = 'ignored' then status else 'resolved' end, revision = revision + 1, updated_at = now()
            where id = $1 and resolved_at is null
            """, connection, transaction)
        {
            Parameters = { new() { Value = known.Id }, new() { Value = now.ToUniversalTime() } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Nullable(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
