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
    WindowEpoch epoch, WindowRebuild rebuild, RedisConnection redis, Readiness readiness, IOptions<MatchingOptions> options, MatchingMetrics metrics,
    TimeProvider clock, ILogger<WindowKeeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan LockLife = TimeSpan.FromSeconds(30);
    private readonly MatchingOptions _options = options.Value;
    private readonly string _token = Guid.NewGuid().ToString("N");
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
        catch (Exception e) when (Dependencies.IsAway(e, out var dependency))
        {
            // The others report for themselves; a report of ours would stay when they are back.
            var changed = dependency == RedisConnection.Name
                ? readiness.Report(RedisConnection.Name, false, "unreachable")
                : readiness.Report(WindowEpoch.Windows, false, $"waits for {dependency}");
            if (changed)
                Log.Away(logger, dependency);
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        var health = await epoch.AskAsync(stoppingToken);
        if (health == WindowHealth.Forgotten)
        {
            Interlocked.CompareExchange(ref _forgottenAt, clock.GetTimestamp(), 0);
            readiness.Report(RedisConnection.Name, true);
            readiness.Report(WindowEpoch.Windows, false, "windows_rebuilding");
            if (await RebuildAsync(stoppingToken))
                health = await epoch.AskAsync(stoppingToken);
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
        if (!await redis.RunAsync(db => db.LockTakeAsync(WindowKeys.RebuildLock, _token, LockLife), stoppingToken))
            return false;

        var started = clock.GetTimestamp();
        Log.Rebuilding(logger);
        try
        {
            var events = await rebuild.RunAsync(HoldLockAsync, stoppingToken);
            await HoldLockAsync(stoppingToken);
            await epoch.StampAsync(stoppingToken);
            metrics.Rebuilt(events, clock.GetElapsedTime(started));
            Log.Rebuilt(logger, events, clock.GetElapsedTime(started).TotalSeconds);
            return true;
        }
        finally
        {
            // On a stop as well: the next instance must not wait for the lock to run out.
            await redis.RunAsync(db => db.LockReleaseAsync(WindowKeys.RebuildLock, _token), CancellationToken.None);
        }
    }

    /// <summary>Keeps the lock. It lies beside the windows: if it is gone, Redis was wiped or slow, and what is rebuilt may be gone too.</summary>
    private async Task HoldLockAsync(CancellationToken cancellationToken)
    {
        if (!await redis.RunAsync(db => db.LockExtendAsync(WindowKeys.RebuildLock, _token, LockLife), cancellationToken))
            throw new DependencyAwayException(RedisConnection.Name, new InvalidOperationException("The lock of the rebuild was lost; it begins again."));
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "{Dependency} cannot be reached; sales wait.")]
        public static partial void Away(ILogger logger, string dependency);

        [LoggerMessage(EventId = 3102, Level = LogLevel.Error, Message = "Redis evicts keys when full; sales wait. Set maxmemory-policy noeviction.")]
        public static partial void Evicting(ILogger logger);

        [LoggerMessage(EventId = 3103, Level = LogLevel.Warning, Message = "Redis holds no complete windows; rebuilding them from track-events, sales wait.")]
        public static partial void Rebuilding(ILogger logger);

        [LoggerMessage(EventId = 3104, Level = LogLevel.Information, Message = "Windows rebuilt from {Events} events in {Seconds:F1} s.")]
        public static partial void Rebuilt(ILogger logger, long events, double seconds);
    }
}
