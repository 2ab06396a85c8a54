using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Replaying;

/// <summary>Table <c>replays</c> as whoever is connected may see it; the connection says in which transaction. What is written here is noted in the audit log.</summary>
public static class ReplayTable
{
    /// <summary>What <see cref="Read"/> reads.</summary>
    public const string Columns =
        "replay_id, topic, brand_id, actor, rate, state, partitions, first_offsets, end_offsets, next_offsets, counts::text, created_at, updated_at, ended_at";

    private const string IsBusy = "select replay_is_in_the_way($1, $2, $3, $4, $5)";

    private const string Busy = $"select {Columns} from replays_in_the_way($1, $2, $3, $4, $5) limit 1";

    private const string Insert = $"""
        insert into replays (topic, brand_id, partitions, first_offsets, end_offsets, next_offsets, replay_id, actor, rate) values ($1, $2, $3, $4, $5, $4, $6, $7, $8)
        returning {Columns}
        """;

    private const string Cancel = $"""
        update replays set state = 'cancelled', ended_by = $2, ended_at = now(), updated_at = now() where replay_id = $1 and state = 'running' returning {Columns}
        """;

    private const string One = $"select {Columns} from replays where replay_id = $1";

    private const string All = $"select {Columns} from replays where $1::text is null or brand_id = $1 order by created_at desc, replay_id desc";

    /// <summary>Starts a replay unless one of a part of the range is at work; a dispatcher carries it out. Needs a transaction.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="id">Id of the new one.</param>
    /// <param name="wish">What.</param>
    /// <param name="ranges">The ranges that it stands for.</param>
    /// <param name="rate">Records a second to read at most, 1 to <see cref="ReplayDesk.MaxRate"/>.</param>
    /// <param name="actor">Who.</param>
    /// <param name="cancelled">Gives up.</param>
    /// <returns>The replay; null while another is in the way, with what the caller may see of that.</returns>
    public static async Task<(ReplayView? Started, ReplayView? InTheWay)> StartAsync(
        NpgsqlConnection connection, Guid id, ReplayWish wish, IReadOnlyList<LogRange> ranges, int rate, string actor, CancellationToken cancelled)
    {
        object[] range =
        [
            wish.Topic, (object?)wish.BrandId ?? DBNull.Value, ranges.Select(static r => r.Partition).ToArray(), ranges.Select(static r => r.From).ToArray(),
            ranges.Select(static r => r.To).ToArray(),
        ];
        await using var ask = Command(connection, IsBusy, range);
        if (await ask.ExecuteScalarAsync(cancelled) is true)
            return (null, await ReadAllAsync(connection, Busy, cancelled, range) is [var first, ..] ? first : null);
        return ((await ReadAllAsync(connection, Insert, cancelled, [.. range, id, actor, rate])).Single(), null);
    }

    /// <summary>Ends a replay where it is; what it sent stays sent.</summary>
    /// <returns>The replay; null if there is none of that id that runs.</returns>
    public static async Task<ReplayView?> CancelAsync(NpgsqlConnection connection, Guid id, string actor, CancellationToken cancelled) =>
        (await ReadAllAsync(connection, Cancel, cancelled, id, actor)).SingleOrDefault();

    /// <summary>One replay, or null.</summary>
    public static async Task<ReplayView?> FindAsync(NpgsqlConnection connection, Guid id, CancellationToken cancelled) =>
        (await ReadAllAsync(connection, One, cancelled, id)).SingleOrDefault();

    /// <summary>Every replay, the newest first; of one brand: those that were for it alone.</summary>
    public static Task<IReadOnlyList<ReplayView>> ListAsync(NpgsqlConnection connection, string? brandId, CancellationToken cancelled) =>
        ReadAllAsync(connection, All, cancelled, (object?)brandId ?? DBNull.Value);

    /// <summary>Reads <see cref="Columns"/>.</summary>
    public static ReplayView Read(NpgsqlDataReader row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var (partitions, firsts) = (row.GetFieldValue<int[]>(6), row.GetFieldValue<long[]>(7));
        var (ends, nexts) = (row.GetFieldValue<long[]>(8), row.GetFieldValue<long[]>(9));
        return new()
        {
            Id = row.GetGuid(0),
            Topic = row.GetString(1),
            BrandId = row.IsDBNull(2) ? null : row.GetString(2),
            Actor = row.GetString(3),
            Rate = row.GetInt32(4),
            State = row.GetString(5),
            Parts = [.. partitions.Select((partition, i) => new ReplayPart(partition, firsts[i], ends[i], nexts[i]))],
            Counts = JsonSerializer.Deserialize<Dictionary<string, long>>(row.GetString(10)) ?? [],
            CreatedAt = row.GetFieldValue<DateTimeOffset>(11),
            UpdatedAt = row.GetFieldValue<DateTimeOffset>(12),
            EndedAt = row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
        };
    }

    private static async Task<IReadOnlyList<ReplayView>> ReadAllAsync(NpgsqlConnection connection, string sql, CancellationToken cancelled, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var replays = new List<ReplayView>();
        while (await reader.ReadAsync(cancelled))
            replays.Add(Read(reader));
        return replays;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(value is DBNull ? new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text } : new() { Value = value });
        return command;
    }
}
