using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ledger.Retaining;

/// <summary>Drops months and deletes rows whose time is over: months every hour, rows at the start and once a day. Several ledgers may do so at once.</summary>
internal sealed partial class RetentionKeeper(
    NpgsqlDataSource database, MonthPartitions months, OldRows rows, IOptions<RetentionOptions> options, RetentionMetrics metrics, TimeProvider clock,
    ILogger<RetentionKeeper> logger) : BackgroundService
{
    private const int DefaultBatch = 10_000;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);
    private readonly RetentionOptions _options = options.Value;

    /// <summary>Drops the months that are over and empties the default partitions of what is.</summary>
    /// <returns>Whether nothing is left; false when a table was in use.</returns>
    public async Task<bool> DropMonthsAsync(CancellationToken cancellationToken)
    {
        var now = await NowAsync(cancellationToken);
        var partitions = await months.ListAsync(cancellationToken);
        var isDone = true;
        foreach (var month in RetentionRules.Due(partitions, now, _options))
        {
            switch (await months.DropAsync(month, RetentionRules.Before(month.Parent, now, _options), cancellationToken))
            {
                case true:
                    metrics.Dropped(month.Parent);
                    Log.Dropped(logger, month.Name, month.RowEstimate);
                    break;
                case null:
                    metrics.Busy(month.Parent);
                    Log.Busy(logger, month.Name);
                    isDone = false;
                    break;
                case false:
                    break;   // another ledger was first
            }
        }

        foreach (var table in partitions.Select(static partition => partition.Parent).Distinct())
            Deleted(table, await months.PurgeDefaultAsync(table, RetentionRules.Before(table, now, _options), DefaultBatch, cancellationToken));
        return isDone;
    }

    /// <summary>Deletes old rows of tables without months.</summary>
    public async Task DeleteRowsAsync(CancellationToken cancellationToken)
    {
        foreach (var (table, deleted) in await rows.DeleteAsync(await NowAsync(cancellationToken), _options.History, cancellationToken))
            Deleted(table, deleted);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long? walked = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = RetryInterval;
            try
            {
                if (await DropMonthsAsync(stoppingToken))
                    next = _options.Interval;
                if (walked is null || clock.GetElapsedTime(walked.Value) >= Day)
                {
                    await DeleteRowsAsync(stoppingToken);
                    walked = clock.GetTimestamp();
                }
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
            {
                Log.Away(logger, (exception as PostgresException)?.SqlState ?? exception.GetType().Name);
                next = RetryInterval;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(next, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The earlier of two clocks, ours and the database's: one that runs ahead deletes nothing.</summary>
    private async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select now()");
        var theirs = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!);
        var ours = clock.GetUtcNow();
        return ours < theirs ? ours : theirs;
    }

    private void Deleted(string table, long count)
    {
        if (count == 0) return;

        metrics.Deleted(table, count);
        Log.Deleted(logger, count, table);
    }

    private static partial class Log
    {
        [LoggerMessage(4021, LogLevel.Information, "Dropped {Partition}, about {Rows} rows: their time is over")]
        public static partial void Dropped(ILogger logger, string partition, long rows);

        [LoggerMessage(4022, LogLevel.Warning, "{Partition} is over and could not be dropped within 2 s, somebody reads its table for long; tried again in 30 s")]
        public static partial void Busy(ILogger logger, string partition);

        [LoggerMessage(4023, LogLevel.Information, "Deleted {Rows} rows of {Table}: their time is over")]
        public static partial void Deleted(ILogger logger, long rows, string table);

        [LoggerMessage(4024, LogLevel.Warning, "Retention could not be kept ({Reason}); tried again in 30 s")]
        public static partial void Away(ILogger logger, string reason);
    }
}
