using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Platform.Streams;

namespace TrackHub.Metrics.Grounds;

/// <summary>Looks now and then for brands whose time zone, currency or rates were changed, and has their sums made anew.</summary>
internal sealed partial class GroundWatch(
    NpgsqlDataSource database, Regrounding regrounding, IOptions<MetricsOptions> options, TimeProvider clock, ILogger<GroundWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CheckInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await LookWhileThereAsync(stoppingToken);
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
            foreach (var brand in await GroundTable.OutdatedAsync(database, stoppingToken))
            {
                if (await regrounding.RunAsync(brand, stoppingToken))
                    Log.Reground(logger, brand);
            }
        }
        catch (Exception failure) when (Dependencies.IsAway(failure))
        {
            // Readiness tells of it; what was changed still differs at the next look.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5003, LogLevel.Information, "Brand {Brand}: its figures are made anew in its present time zone, currency and rates")]
        public static partial void Reground(ILogger logger, string brand);
    }
}
