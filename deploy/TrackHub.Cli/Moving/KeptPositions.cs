using Confluent.Kafka;
using Npgsql;
using TrackHub.Ledger;
using TrackHub.Metrics;

namespace TrackHub.Cli.Moving;

/// <summary>Offsets that a role keeps in the database beside its rows; they belong to one log.</summary>
internal sealed class KeptPositions
{
    private readonly string _table;

    // What belongs to the log that is left.
    private readonly string _forgotten;

    private KeptPositions(string role, string table, string forgotten = "") => (Role, _table, _forgotten) = (role, table, forgotten);

    /// <summary>Every role that keeps its own.</summary>
    public static IReadOnlyList<KeptPositions> All { get; } = [new(LedgerRole.Name, "ledger_offsets", ", again_until = null, again_from = null"), new(MetricsRole.Name, "metrics_offsets")];

    /// <summary>Name of the role, and of its group.</summary>
    public string Role { get; }

    /// <summary>Those of a group; null if it keeps its offsets in the log.</summary>
    public static KeptPositions? Of(string group) => All.FirstOrDefault(kept => kept.Role == group);

    /// <summary>Whether the ledger still reads a second time what a rebuild deleted.</summary>
    public static async Task<bool> IsRebuildingAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select exists (select from ledger_offsets where next_offset < again_until)");
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Where the role reads on.</summary>
    public async Task<IReadOnlyList<TopicPartitionOffset>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select topic, partition, next_offset from {_table}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var positions = new List<TopicPartitionOffset>();
        while (await reader.ReadAsync(cancellationToken)) positions.Add(new(reader.GetString(0), reader.GetInt32(1), reader.GetInt64(2)));
        return positions;
    }

    /// <summary>Has it read on there, all or none.</summary>
    public async Task WriteAsync(NpgsqlDataSource database, IReadOnlyCollection<TopicPartitionOffset> positions, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            update {_table} as o set next_offset = n.next, updated_at = now(){_forgotten}
            from unnest($1::text[], $2::int[], $3::bigint[]) as n(topic, partition, next)
            where o.topic = n.topic and o.partition = n.partition
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(static p => p.Topic).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(static p => p.Partition.Value).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = positions.Select(static p => p.Offset.Value).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
