using Npgsql;

namespace TrackHub.Ledger.Retaining;

/// <summary>Deletes what is too old from tables that are not partitioned by month.</summary>
/// <remarks>
/// Walks each table block by block, a short transaction for every 8 MB, in the order it lies on the disk: no index on a time is needed, which every
/// insert and update would pay for.
/// </remarks>
internal sealed class OldRows(NpgsqlDataSource database)
{
    private const int BlocksPerStep = 1024;

    // A refusal by e-mail or phone stays: without it the person's next sale would fall back to the brand's basis. Orders take their revisions along.
    private static readonly (string Table, string IsOld)[] Tables =
    [
        ("identities", "last_seen < $3"),
        ("orders", "updated_at < $3"),
        ("consents", "at < $3 and (ads or subject_kind = 'session')"),
        ("dead_letters", "at < $3"),
        ("quarantine", "received_at < $3"),
        ("book_minutes", "minute < $3"),
        ("quality_days", "day < $3::date"),
        ("alerts", "at < $3 and state = 'resolved'"),
    ];

    /// <summary>The statement for a table of <see cref="Tables"/>. $1, $2: from which block's first row to before which; $3: moment.</summary>
    internal static IEnumerable<(string Table, string Sql)> Statements =>
        Tables.Select(static t => (t.Table, $"delete from {t.Table} where ctid >= $1::tid and ctid < $2::tid and {t.IsOld}"));

    /// <summary>Deletes from every table what is older than the moment given.</summary>
    /// <returns>Rows deleted, by table; orders without their revisions.</returns>
    public async Task<IReadOnlyDictionary<string, long>> DeleteAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var deleted = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (table, sql) in Statements)
            deleted[table] = await WalkAsync(table, sql, before, cancellationToken);
        return deleted;
    }

    private async Task<long> WalkAsync(string table, string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var size = new NpgsqlCommand($"select pg_relation_size('{table}') / current_setting('block_size')::bigint", connection);
        var blocks = (long)(await size.ExecuteScalarAsync(cancellationToken) ?? 0L);
        var deleted = 0L;
        for (var block = 0L; block < blocks; block += BlocksPerStep)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new() { Value = $"({block},0)" });
            command.Parameters.Add(new() { Value = $"({block + BlocksPerStep},0)" });
            command.Parameters.Add(new() { Value = before.UtcDateTime });
            deleted += await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return deleted;
    }
}
