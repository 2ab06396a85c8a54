using Npgsql;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Platform.Replaying;

/// <summary>Operators' hand on replays into dispatch. Works on the database and asks the log for its ends; dispatchers carry replays out.</summary>
public sealed class ReplayDesk(NpgsqlDataSource postgres, RangeReader log, TimeProvider clock)
{
    /// <summary>Records a second where nobody says how many: a tenth of what a dispatcher sends.</summary>
    public const int UsualRate = 500;

    /// <summary>Most records a second.</summary>
    public const int MaxRate = 100_000;

    /// <summary>Topics that can be replayed into dispatch.</summary>
    public static readonly IReadOnlyList<string> Replayable = [Topics.CapiDispatch.Name, Topics.CapiDispatchBulk.Name];

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
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (started, other) = await ReplayTable.StartAsync(connection, Guid.CreateVersion7(clock.GetUtcNow()), wish, ranges, rate, actor, cancellationToken);
        if (started is null)
        {
            throw new ReplayException(
                ReplayException.InProgress,
                $"replay_in_progress: replay {other!.Id} of that range is at work since {other.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z ({other.Read} of {other.Records} records). Wait for it, or `trackhub replay cancel {other.Id}`.");
        }

        await transaction.CommitAsync(cancellationToken);
        return started;
    }

    /// <inheritdoc cref="ReplayTable.ListAsync"/>
    public async Task<IReadOnlyList<ReplayView>> ListAsync(string? brandId, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        return await ReplayTable.ListAsync(connection, brandId, cancellationToken);
    }

    /// <inheritdoc cref="ReplayTable.FindAsync"/>
    public async Task<ReplayView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        return await ReplayTable.FindAsync(connection, id, cancellationToken);
    }

    /// <summary>Ends a replay where it is; what it sent stays sent.</summary>
    /// <exception cref="ReplayException">There is none of that id that runs.</exception>
    public async Task<ReplayView> CancelAsync(Guid id, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        return await ReplayTable.CancelAsync(connection, id, actor, cancellationToken)
            ?? throw new ReplayException(ReplayException.NotPossible, await ReplayTable.FindAsync(connection, id, cancellationToken) is { } ended
                ? $"Replay {id} is {ended.State} already."
                : $"There is no replay {id}; `trackhub replay list` shows those there are.");
    }
}
