using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace TrackHub.Dispatch.Calling;

/// <summary>Says in time, once a day, that the configured Graph version comes to its end, and that it has.</summary>
internal sealed partial class VersionWatch(IOptions<MetaOptions> meta, TimeProvider clock, ILogger<VersionWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    private int _wasUpgraded;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (GraphVersions.WarningOf(meta.Value.ApiVersion, clock.GetUtcNow()) is { } warning)
                Log.Ending(logger, warning);
            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Says, once in a process, that Meta answered by another version than the one called.</summary>
    public void Upgraded()
    {
        if (Interlocked.Exchange(ref _wasUpgraded, 1) == 0)
            Log.Upgraded(logger, meta.Value.ApiVersion);
    }

    private static partial class Log
    {
        [LoggerMessage(5008, LogLevel.Warning, "Meta does not serve Graph version {Version} any more and answers by another. Remedy: set TRACKHUB_Meta__ApiVersion to a later one")]
        public static partial void Upgraded(ILogger logger, string version);

        [LoggerMessage(5007, LogLevel.Warning, "{Warning}. Remedy: set TRACKHUB_Meta__ApiVersion to a later one")]
        public static partial void Ending(ILogger logger, string warning);
    }
}
