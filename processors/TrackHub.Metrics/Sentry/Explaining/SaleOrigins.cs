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

    /// <summary>The same, however long it takes.</summary>
    internal static async Task<IReadOnlyList<SaleOrigin>> QueryAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string brandId, DateTimeOffset from, DateTimeOffset end, CancellationToken cancellationToken)
    {
        // "offset 0" keeps each part by itself: five short walks along an index and one look-up a sale. Joined freely, PostgreSQL reads every month of both tables from end to end.
        await using var command = new NpgsqlCommand(
            """
            select m.stage, m.campaign, count(*) filter (where w.week = 0), count(*) filter (where w.week > 0)
            from generate_series(0, $4) as w(week)
            cross join lateral (
                select brand_id, gateway, sale_id, revision, ingested_at from conversions
                where brand_id = $1 and purchase and not test
                    and ingested_at >= $2 - w.week * interval '7 days' and ingested_at < $3 - w.week * interval '7 days'
                offset 0) c
            cross join lateral (
                select stage, click ->> 'utm_campaign' as campaign from matches
                where brand_id = c.brand_id and gateway = c.gateway and sale_id = c.sale_id and revision = c.revision and ingested_at = c.ingested_at
                offset 0) m
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
