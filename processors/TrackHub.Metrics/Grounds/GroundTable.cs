using Npgsql;

namespace TrackHub.Metrics.Grounds;

/// <summary>Table <c>metrics_brands</c>: what each brand's sums were made with, and the lock on them.</summary>
internal static class GroundTable
{
    /// <summary>Holds the grounds of these brands for the transaction, beside other batches and against <see cref="Regrounding"/>; of a new brand as it is configured.</summary>
    /// <returns>By id; brands that are not in the directory and never had figures are missing.</returns>
    public static async Task<IReadOnlyDictionary<string, BrandGround>> ShareAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<string> brandIds, CancellationToken cancellationToken)
    {
        var ids = brandIds.Order(StringComparer.Ordinal).ToArray();
        var grounds = await LockAsync(connection, transaction, ids, cancellationToken);
        if (grounds.Count == ids.Length)
            return grounds;

        await using (var add = new NpgsqlCommand(
            """
            insert into metrics_brands (brand_id, time_zone, currency, rates_version)
            select id, time_zone, currency, (select coalesce(max(version), 0) from currency_rates) from brands where id = any($1) order by id on conflict do nothing
            """, connection, transaction))
        {
            add.Parameters.Add(new() { Value = ids });
            await add.ExecuteNonQueryAsync(cancellationToken);
        }

        return await LockAsync(connection, transaction, ids, cancellationToken);
    }

    /// <summary>Brands whose configuration or rates are not those their sums were made with.</summary>
    public static async Task<IReadOnlyList<string>> OutdatedAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select m.brand_id from metrics_brands m left join brands b on b.id = m.brand_id
            where (m.time_zone, m.currency) <> (b.time_zone, b.currency) or m.rates_version < (select coalesce(max(version), 0) from currency_rates)
            order by m.brand_id
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetString(0));
        return ids;
    }

    private static async Task<Dictionary<string, BrandGround>> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string[] ids, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select brand_id, time_zone, currency from metrics_brands where brand_id = any($1) order by brand_id for share", connection, transaction)
        {
            Parameters = { new() { Value = ids } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var grounds = new Dictionary<string, BrandGround>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            grounds.Add(reader.GetString(0), new(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return grounds;
    }
}
