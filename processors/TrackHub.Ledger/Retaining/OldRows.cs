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
    private static readonly (string Table, string IsOld, TimeSpan? Term)[] Tables =
    [
        ("identities", "last_seen < $3", null),
        ("orders", "updated_at < $3", null),
        ("consents", "at < $3 and (ads or subject_kind = 'session')", null),
        ("dead_letters", "at < $3", null),
        ("quarantine", "received_at < $3", null),
        ("book_minutes", "minute < $3", null),
        ("quality_days", "day < $3::date", null),
        ("order_facts", "first_received_at < $3", null),
        ("spend_facts", "hour < $3", null),
        ("performance_anomalies", "detected_at < $3 and resolved_at is not null", null),
        ("alerts", "at < $3 and state = 'resolved'", null),
        ("replays", "created_at < $3 and state <> 'running'", null),
        ("redrives", "created_at < $3 and state <> 'running'", null),
        ("dead_letter_redrives", "at < $3", null),

        // A gateway may announce an old order again, so what was sent of it is remembered as long as the order.
        ("dedupe_registry", "is_order and updated_at < $3", null),
        ("dedupe_registry", "not is_order and greatest(updated_at, event_time) < $3", RetentionRules.SentBrowserEvents),
    ];

    /// <summary>The statements for <see cref="Tables"/>. $1, $2: from which block's first row to before which; $3: moment. Term: null for that of a sale's story.</summary>
    internal static IEnumerable<(string Table, string Sql, TimeSpan? Term)> Statements =>
        Tables.Select(static t => (t.Table, $"delete from {t.Table} where ctid >= $1::tid and ctid < $2::tid and {t.IsOld}", t.Term));

    /// <summary>Deletes from every table what is too old.</summary>
    /// <param name="now">Present time.</param>
    /// <param name="history">Term of what has none of its own.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <returns>Rows deleted, by table; orders without their revisions.</returns>
    public async Task<IReadOnlyDictionary<string, long>> DeleteAsync(DateTimeOffset now, TimeSpan history, CancellationToken cancellationToken)
    {
        var deleted = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (table, sql, term) in Statements)
            deleted[table] = deleted.GetValueOrDefault(table) + await WalkAsync(table, sql, now - (term ?? history), cancellationToken);
        return deleted;
    }

    private async Task<long> WalkAsync(string table, string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Of a table in partitions each step takes the same blocks of all of them.
        await using var size = new NpgsqlCommand(
            $"select coalesce(max(pg_relation_size(relid)), pg_relation_size('{table}')) / current_setting('block_size')::bigint from pg_partition_tree('{table}') where isleaf", connection);
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
