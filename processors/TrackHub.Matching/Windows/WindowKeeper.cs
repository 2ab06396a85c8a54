using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.Matching.Windows;

/// <summary>
/// Watches over the windows: asks Redis every second who it is, rebuilds what it forgot, and tells the sales when they may go on.
/// </summary>
internal sealed partial class WindowKeeper(
    WindowEpoch epoch, WindowRebuild rebuild, RebuildLock rebuilding, Readiness readiness, IOptions<MatchingOptions> options, MatchingMetrics metrics,
    TimeProvider clock, ILogger<WindowKeeper> logger)
    : BackgroundService
{
    private readonly MatchingOptions _options = options.Value;
    private long _forgottenAt;

    /// <summary>True when sales may be matched; <paramref name="incomplete"/> when the windows are not whole and waiting has gone on too long.</summary>
    public bool MayMatch(out bool incomplete)
    {
        var health = epoch.Health;
        var since = Volatile.Read(ref _forgottenAt);
        incomplete = health == WindowHealth.Forgotten && since != 0 && clock.GetElapsedTime(since) >= _options.RebuildTimeout;
        return health == WindowHealth.Complete || incomplete;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.CheckInterval, clock);
        try
        {
            do
            {
                await LookWhileThereAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The role stops.
        }
    }

    private async Task LookWhileThereAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LookAsync(stoppingToken);
        }
        catch (Exception e) when (Dependencies.AbsenceOf(e) is { } absence)
        {
            // The others report for themselves; a report of ours would stay when they are back.
            var changed = absence.Dependency == RedisConnection.Name
                ? readiness.Report(RedisConnection.Name, false, absence.Reason)
                : readiness.Report(WindowEpoch.Windows, false, $"waits for {absence.Dependency}");
            if (changed)
                Log.Away(logger, absence.Dependency, absence.Reason);
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        var health = await epoch.AskAsync(stoppingToken);
        if (health == WindowHealth.Forgotten)
        {
            Interlocked.CompareExchange(ref _forgottenAt, clock.GetTimestamp(), 0);
            readiness.Report(WindowEpoch.Windows, false, "windows_rebuilding");
            if (await RebuildAsync(stoppingToken))
                health = await epoch.AskAsync(stoppingToken);
            else
                readiness.Report(RedisConnection.Name, true);   // another instance rebuilds
        }

        if (health == WindowHealth.Complete)
        {
            Volatile.Write(ref _forgottenAt, 0);
            readiness.Report(RedisConnection.Name, true);
            readiness.Report(WindowEpoch.Windows, true);
        }
        else if (health == WindowHealth.Evicting)
        {
            // It may have begun already, and the epoch's key may be the one it spared.
            await epoch.UnstampAsync(stoppingToken);
            if (readiness.Report(RedisConnection.Name, false, "redis_eviction_policy"))
                Log.Evicting(logger);
        }
    }

    /// <summary>Rebuilds if no other instance does; true when the windows are whole again.</summary>
    private async Task<bool> RebuildAsync(CancellationToken stoppingToken)
    {
        if (!await rebuilding.TakeAsync(stoppingToken))
            return false;

        var started = clock.GetTimestamp();
        Log.Rebuilding(logger);
        try
        {
            var rebuilt = await rebuild.RunAsync(rebuilding.HoldAsync, stoppingToken);
            await rebuilding.HoldAsync(stoppingToken);
            await epoch.StampAsync(stoppingToken);
            metrics.Rebuilt(rebuilt);
            Log.Rebuilt(logger, rebuilt.FromLog.Events, rebuilt.FromTable.Events, clock.GetElapsedTime(started).TotalSeconds);
            return true;
        }
        finally
        {
            await rebuilding.ReleaseAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "{Dependency} does not serve ({Reason}); sales wait.")]
        public static partial void Away(ILogger logger, string dependency, string reason);

        [LoggerMessage(EventId = 3102, Level = LogLevel.Error, Message = "Redis evicts keys when full; sales wait. Set maxmemory-policy noeviction.")]
        public static partial void Evicting(ILogger logger);

        [LoggerMessage(EventId = 3103, Level = LogLevel.Warning, Message = "Redis holds no complete windows; rebuilding them from track-events, sales wait.")]
        public static partial void Rebuilding(ILogger logger);

        [LoggerMessage(EventId = 3104, Level = LogLevel.Information, Message = "Windows rebuilt from {Logged} events of the log and {Kept} of the table in {Seconds:F1} s.")]
        public static partial void Rebuilt(ILogger logger, long logged, long kept, double seconds);
    }
}
