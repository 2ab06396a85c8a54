using Npgsql;

namespace TrackHub.Metrics.Sentry.Explaining;

/// <summary>Reads by which stage and campaign a brand's sales were matched, from what the ledger projects.</summary>
internal static class SaleOrigins
{
    private const int Weeks = 4;

    // An insight is not worth more: without it the anomaly is told all the same.
    private const string Patience = "5s";
    private const string SavePoint = "origins";

    /// <summary>Sales received in these hours, and in the same hours of four weeks before.</summary>
    /// <returns>Empty when PostgreSQL takes longer than five seconds.</returns>
    public static async Task<IReadOnlyList<SaleOrigin>> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string brandId, DateTimeOffset from, DateTimeOffset end, CancellationToken cancellationToken)
    {
        await transaction.SaveAsync(SavePoint, cancellationToken);
        try
        {
            await using (var limit = new NpgsqlCommand($"set local statement_timeout = '{Patience}'", connection, transaction))
                await limit.ExecuteNonQueryAsync(cancellationToken);
            var origins = await QueryAsync(connection, transaction, brandId, from, end, cancellationToken);
            await using var lift = new NpgsqlCommand("set local statement_timeout = default", connection, transaction);
            await lift.ExecuteNonQueryAsync(cancellationToken);
            return origins;
        }
        catch (PostgresException slow) when (slow.SqlState == PostgresErrorCodes.QueryCanceled && !cancellationToken.IsCancellationRequested)
        {
            await transaction.RollbackAsync(SavePoint, cancellationToken);
            return [];
        }
    }

    private static async Task<IReadOnlyList<SaleOrigin>> QueryAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string brandId, DateTimeOffset from, DateTimeOffset end, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select m.stage, m.click ->> 'utm_campaign', count(*) filter (where w.week = 0), count(*) filter (where w.week > 0)
            from generate_series(0, $4) as w(week)
            join conversions c on c.brand_id = $1 and c.purchase and not c.test
                and c.ingested_at >= $2 - w.week * interval '7 days' and c.ingested_at < $3 - w.week * interval '7 days'
            join matches m using (brand_id, gateway, sale_id, revision, ingested_at)
            group by 1, 2
            """, connection, transaction)
        {
            Parameters = { new() { Value = brandId }, new() { Value = from.ToUniversalTime() }, new() { Value = end.ToUniversalTime() }, new() { Value = Weeks } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var origins = new List<SaleOrigin>();
        while (await reader.ReadAsync(cancellationToken))
        {
            origins.Add(new(
                reader.GetString(0), await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetString(1), reader.GetInt64(2), reader.GetInt64(3) / (double)Weeks));
        }

        return origins;
    }
}
