using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace TrackHub.Platform.Tenants;

/// <summary>Makes day secrets and month partitions ahead and shreds days past their term, at the start and every hour. One role hosts it.</summary>
internal sealed partial class DaySecretKeeper(DaySecrets secrets, MonthPartitions months, TimeProvider clock, ILogger<DaySecretKeeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = await KeepAsync(stoppingToken) ? Interval : RetryInterval;
            await Task.Delay(next, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> KeepAsync(CancellationToken stoppingToken)
    {
        try
        {
            var made = await secrets.EnsureAsync(cancelled: stoppingToken);
            var shredded = await secrets.PurgeAsync(stoppingToken);
            if (made + shredded > 0)
                Log.Kept(logger, made, shredded);
            var ahead = await months.MakeAsync(stoppingToken);
            if (ahead != default)
                Log.MonthsMade(logger, ahead.Made, ahead.Moved, ahead.Busy);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or AdminException or WrongMasterKeyException)
        {
            // Not migrated to the end, or the master key was replaced under us: both are an operator's to mend, and the role goes on meanwhile.
            Log.Away(logger, (exception as PostgresException)?.SqlState ?? exception.GetType().Name);
            return false;
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1111, LogLevel.Information, "Day secrets: {Made} made ahead, {Shredded} shredded")]
        public static partial void Kept(ILogger logger, int made, int shredded);

        [LoggerMessage(1113, LogLevel.Information, "Month partitions: {Made} made ahead, {Moved} rows moved out of the default ones, {Busy} in use and left for the next hour")]
        public static partial void MonthsMade(ILogger logger, int made, long moved, int busy);

        [LoggerMessage(1112, LogLevel.Warning, "Day secrets could not be kept ({Reason}); tried again in 30 s")]
        public static partial void Away(ILogger logger, string reason);
    }
}
