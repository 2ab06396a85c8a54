using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Ledger.Alarms;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ledger.Rebuilding;

/// <summary>Has the ledger's tables made anew from the log. The role may run meanwhile: it notices and reads again.</summary>
/// <remarks>
/// One transaction: rows that the retained log gives again go, and the offsets are set back, each with how far its partition is read a second time and from
/// when on that counts. The role does the rest, in its own transactions: wherever it is stopped, it goes on.
/// </remarks>
public sealed class LedgerRebuild(
    [FromKeyedServices(TenantsRegistration.Owner)] NpgsqlDataSource database, TopicAdmin topics, RangeReader reader, TimeProvider clock)
{
    private readonly record struct Place(string Topic, int Partition, long From, long End);

    /// <summary>What a rebuild would do now; changes nothing.</summary>
    /// <exception cref="DependencyAwayException">The log does not answer.</exception>
    public async Task<RebuildPlan> PlanAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (reach, places) = await LookAsync(connection, cancellationToken);
        var next = await new StoredOffsets(database, LedgerOffsets.Table).NextAsync(cancellationToken);
        var tables = await (await RebuiltTables.OfAsync(reach.From, connection, cancellationToken)).CountAsync(connection, cancellationToken);
        var records = places.ToLookup(static p => p.Topic, p => Math.Max(0, Math.Min(next.GetValueOrDefault((p.Topic, p.Partition)), p.End) - p.From));
        return new(
            reach.From, reach.Because,
            [.. LedgerRole.Reads.Select(topic => new RebuiltTopic(topic.Name, reach.CompleteFrom.TryGetValue(topic.Name, out var complete) ? complete : null, records[topic.Name].Sum()))],
            tables);
    }

    /// <summary>Begins it, unless one is under way; done when <see cref="ProgressAsync"/> gives null.</summary>
    /// <returns>From when on; null: one is under way, and nothing was deleted again.</returns>
    /// <exception cref="DependencyAwayException">The log does not answer.</exception>
    public async Task<DateTimeOffset?> BeginAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // No look at alarms between what is deleted and what is set back; then no batch, which takes its offsets before all else.
        await ExecuteAsync(connection, transaction, $"select pg_advisory_xact_lock({AlarmWatch.LockKey})", cancellationToken);
        await ExecuteAsync(connection, transaction, $"lock table {LedgerOffsets.Table} in exclusive mode", cancellationToken);
        if (await LedgerOffsets.IsAgainAsync(connection, transaction, cancellationToken)) return null;

        // Behind the lock: what the ledger had read in between would be taken for new.
        var (reach, places) = await LookAsync(connection, cancellationToken);
        await (await RebuiltTables.OfAsync(reach.From, connection, cancellationToken)).DeleteAsync(connection, cancellationToken);
        await ExecuteAsync(
            connection, transaction,
            $"""
            update {LedgerOffsets.Table} as o set next_offset = p.low, again_until = least(o.next_offset, p.high), again_from = $5, updated_at = now()
            from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) as p (topic, partition, low, high)
            where o.topic = p.topic and o.partition = p.partition and p.low < o.next_offset
            """, cancellationToken,
            places.ConvertAll(static p => p.Topic).ToArray(), places.ConvertAll(static p => p.Partition).ToArray(),
            places.ConvertAll(static p => p.From).ToArray(), places.ConvertAll(static p => p.End).ToArray(), reach.From.UtcDateTime);
        await transaction.CommitAsync(cancellationToken);
        return reach.From;
    }

    /// <summary>How far the one under way is; null when none is.</summary>
    public async Task<RebuildProgress?> ProgressAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select min(again_from), sum(again_until - next_offset)::bigint from {LedgerOffsets.Table} where next_offset < again_until");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return await row.IsDBNullAsync(0, cancellationToken) ? null : new(row.GetFieldValue<DateTimeOffset>(0), row.GetInt64(1));
    }

    /// <summary>Rows of what happened from a moment on, and older ones.</summary>
    public async Task<IReadOnlyList<RebuiltTable>> CountAsync(DateTimeOffset from, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await (await RebuiltTables.OfAsync(from, connection, cancellationToken)).CountAsync(connection, cancellationToken);
    }

    /// <summary>How far back it goes, and where the records of then begin.</summary>
    private async Task<(RebuildReach Reach, List<Place> Places)> LookAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = LedgerRole.Reads.Select(static topic => topic.Name).ToHashSet(StringComparer.Ordinal);
        var state = (await topics.ListAsync(cancellationToken)).Where(topic => names.Contains(topic.Name)).ToList();
        var reach = await RebuildReach.FindAsync(state, reader, connection, clock.GetUtcNow(), cancellationToken);
        var places = new List<Place>();
        foreach (var topic in state)
        {
            // Twice the margin: it is in the reach once, as the time by which a record may be older than what it tells of.
            var ranges = await reader.FindAsync(topic.Name, new(null, reach.From - (2 * RebuildReach.Margin)), null, cancellationToken);
            places.AddRange(ranges.Select(range => new Place(topic.Name, range.Partition, range.From, range.To)));
        }

        return (reach, places);
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
