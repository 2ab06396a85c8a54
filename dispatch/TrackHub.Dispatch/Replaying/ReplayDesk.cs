using Npgsql;
using NpgsqlTypes;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Replaying;

/// <summary>Operators' hand on replays into dispatch. Works on the database and asks the log for its ends; dispatchers carry replays out.</summary>
public sealed class ReplayDesk(NpgsqlDataSource postgres, RangeReader log, TimeProvider clock)
{
    /// <summary>Records a second where nobody says how many: a tenth of what a dispatcher sends.</summary>
    public const int UsualRate = 500;

    /// <summary>Most records a second.</summary>
    public const int MaxRate = 100_000;

    /// <summary>Topics that can be replayed into dispatch.</summary>
    public static readonly IReadOnlyList<string> Replayable = [Topics.CapiDispatch.Name, Topics.CapiDispatchBulk.Name];

    private const string Lock = "select pg_advisory_xact_lock(hashtext('trackhub replays'))";

    private const string Columns =
        "replay_id, topic, brand_id, actor, rate, state, partitions, first_offsets, end_offsets, next_offsets, counts::text, created_at, updated_at, ended_at";

    private const string Insert = """
        insert into replays (replay_id, topic, brand_id, actor, rate, partitions, first_offsets, end_offsets, next_offsets)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $7)
        """;

    private const string Cancel = "update replays set state = 'cancelled', ended_at = now(), updated_at = now() where replay_id = $1 and state = 'running'";

    private const string Audit = """
        insert into audit_log (actor, action, subject, detail)
        select $2, $3, replay_id::text, jsonb_build_object('topic', topic, 'brand', brand_id, 'rate', rate, 'partitions', partitions, 'from', first_offsets, 'to', end_offsets, 'next', next_offsets, 'counts', counts)
        from replays where replay_id = $1
        """;

    /// <summary>The ranges a wish stands for now; its end is frozen by it.</summary>
    /// <exception cref="ReplayException">There is nothing in it.</exception>
    /// <exception cref="DependencyAwayException">The log does not answer.</exception>
    public async Task<IReadOnlyList<LogRange>> RangesAsync(ReplayWish wish, CancellationToken cancellationToken)
    {
        var ranges = await log.FindAsync(wish.Topic, wish.From, wish.To, cancellationToken);
        return ranges.Count > 0 ? ranges : throw new ReplayException(ReplayException.NotPossible, $"{wish.Topic} has no record in that range.");
    }

    /// <summary>Starts a replay; a dispatcher carries it out.</summary>
    /// <param name="wish">What.</param>
    /// <param name="rate">Records a second to read at most, 1 to <see cref="MaxRate"/>.</param>
    /// <param name="actor">Who, for the audit log.</param>
    /// <param name="cancellationToken">Gives up; nothing is started then, or all of it.</param>
    /// <exception cref="ReplayException">There is nothing in the range, or another replay of a part of it is at work.</exception>
    /// <exception cref="DependencyAwayException">The log does not answer.</exception>
    public async Task<ReplayView> StartAsync(ReplayWish wish, int rate, string actor, CancellationToken cancellationToken)
    {
        var ranges = await RangesAsync(wish, cancellationToken);
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, transaction, Lock, [], cancellationToken);
        var running = await ReadAsync(new($"select {Columns} from replays where state = 'running' and topic = $1", connection, transaction) { Parameters = { new() { Value = wish.Topic } } }, cancellationToken);
        if (running.FirstOrDefault(other => Meet(other, wish.BrandId, ranges)) is { } other)
        {
            throw new ReplayException(
                ReplayException.InProgress,
                $"replay_in_progress: replay {other.Id} of that range is at work since {other.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z ({other.Read} of {other.Records} records). Wait for it, or `trackhub replay cancel {other.Id}`.");
        }

        await ExecuteAsync(
            connection, transaction, Insert,
            [id, wish.Topic, wish.BrandId, actor, rate, ranges.Select(static r => r.Partition).ToArray(), ranges.Select(static r => r.From).ToArray(), ranges.Select(static r => r.To).ToArray()],
            cancellationToken);
        await ExecuteAsync(connection, transaction, Audit, [id, actor, "replay.start"], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (await FindAsync(id, cancellationToken))!;
    }

    /// <summary>Every replay, the newest first; of one brand: those that were for it alone.</summary>
    public Task<IReadOnlyList<ReplayView>> ListAsync(string? brandId, CancellationToken cancellationToken) => ReadAsync(
        $"select {Columns} from replays where $1::text is null or brand_id = $1 order by created_at desc, replay_id desc", new() { Value = (object?)brandId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, cancellationToken);

    /// <summary>One replay, or null.</summary>
    public async Task<ReplayView?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await ReadAsync($"select {Columns} from replays where replay_id = $1", new() { Value = id }, cancellationToken)).SingleOrDefault();

    /// <summary>Ends a replay where it is; what it sent stays sent.</summary>
    /// <exception cref="ReplayException">There is none of that id that runs.</exception>
    public async Task<ReplayView> CancelAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var cancelled = await ExecuteAsync(connection, transaction, Cancel, [id], cancellationToken);
        if (cancelled == 0)
        {
            throw new ReplayException(ReplayException.NotPossible, await FindAsync(id, cancellationToken) is { } ended
                ? $"Replay {id} is {ended.State} already."
                : $"There is no replay {id}; `trackhub replay list` shows those there are.");
        }

        await ExecuteAsync(connection, transaction, Audit, [id, actor, "replay.cancel"], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (await FindAsync(id, cancellationToken))!;
    }

    /// <summary>Writes a replay's end into the audit log.</summary>
    internal static Task<int> AuditEndAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken) =>
        ExecuteAsync(connection, transaction, Audit, [id, DispatchRole.Name, "replay.done"], cancellationToken);

    private static bool Meet(ReplayView other, string? brandId, IReadOnlyList<LogRange> ranges) =>
        (other.BrandId is null || brandId is null || other.BrandId == brandId)
        && other.Parts.Any(part => ranges.Any(range => range.Partition == part.Partition && range.From < part.End && part.First < range.To));

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, object?[] values, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<ReplayView>> ReadAsync(string sql, NpgsqlParameter parameter, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(new(sql, connection) { Parameters = { parameter } }, cancellationToken);
    }

    private static async Task<IReadOnlyList<ReplayView>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var replays = new List<ReplayView>();
            while (await reader.ReadAsync(cancellationToken))
                replays.Add(ReplayRow.Read(reader));
            return replays;
        }
    }
}
