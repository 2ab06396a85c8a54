using Npgsql;
using TrackHub.Platform.Streams;

namespace TrackHub.Ledger;

/// <summary>The ledger's own offsets, committed in the transaction of the rows they stand for.</summary>
internal sealed class LedgerOffsets(NpgsqlDataSource database)
{
    /// <summary>Where to read on, by partition; those without a transaction yet are missing.</summary>
    public async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select topic, partition, next_offset from ledger_offsets");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var next = new Dictionary<(string, int), long>();
        while (await reader.ReadAsync(cancellationToken))
            next[(reader.GetString(0), reader.GetInt32(1))] = reader.GetInt64(2);
        return next;
    }

    /// <summary>
    /// Moves the offsets past this batch, unless somebody else already stands beyond its first record: then this reader has lost its
    /// partition without knowing, and its transaction must not commit.
    /// </summary>
    /// <returns>False when the batch belongs to another reader.</returns>
    public static async Task<bool> AdvanceAsync(
        RecordBatch batch, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var spans = batch
            .GroupBy(static r => (r.Coordinates.Topic, r.Coordinates.Partition))
            .Select(static g => (g.Key.Topic, g.Key.Partition, First: g.Min(static r => r.Coordinates.Offset), Next: g.Max(static r => r.Coordinates.Offset) + 1))
            .OrderBy(static s => s.Topic, StringComparer.Ordinal).ThenBy(static s => s.Partition)
            .ToArray();

        await using var command = new NpgsqlCommand(
            """
            insert into ledger_offsets as o (topic, partition, next_offset)
            select n.topic, n.partition, n.next from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) as n(topic, partition, first, next)
            on conflict (topic, partition) do update set next_offset = excluded.next_offset, updated_at = now()
            where o.next_offset <= (select f.first from unnest($1::text[], $2::int[], $3::bigint[]) as f(topic, partition, first)
                                    where f.topic = o.topic and f.partition = o.partition)
            """, connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(spans, static s => s.Topic) });
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(spans, static s => s.Partition) });
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(spans, static s => s.First) });
        command.Parameters.Add(new NpgsqlParameter { Value = Array.ConvertAll(spans, static s => s.Next) });
        return await command.ExecuteNonQueryAsync(cancellationToken) == spans.Length;
    }
}
