using Confluent.Kafka;
using Npgsql;

namespace TrackHub.Cli.Moving;

/// <summary>The ledger's own offsets, which lie in the database beside its rows and belong to one log.</summary>
internal static class LedgerPositions
{
    /// <summary>Where it reads on.</summary>
    public static async Task<IReadOnlyList<TopicPartitionOffset>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select topic, partition, next_offset from ledger_offsets");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var positions = new List<TopicPartitionOffset>();
        while (await reader.ReadAsync(cancellationToken)) positions.Add(new(reader.GetString(0), reader.GetInt32(1), reader.GetInt64(2)));
        return positions;
    }

    /// <summary>Has it read on there, all or none.</summary>
    public static async Task WriteAsync(NpgsqlDataSource database, IReadOnlyCollection<TopicPartitionOffset> positions, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            update ledger_offsets as o set next_offset = n.next, updated_at = now()
            from unnest($1::text[], $2::int[], $3::bigint[]) as n(topic, partition, next)
            where o.topic = n.topic and o.partition = n.partition
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(static p => p.Topic).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(static p => p.Partition.Value).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(static p => p.Offset.Value).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
