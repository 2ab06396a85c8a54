using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ledger;

/// <summary>Makes month partitions and day secrets ahead and shreds old days. The ledger hosts it, as one of it always runs.</summary>
internal sealed partial class Upkeep(Migrator migrator, DaySecrets daySecrets, IOptions<LedgerOptions> options, TimeProvider clock, ILogger<Upkeep> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.UpkeepInterval, clock);
        do
        {
            try
            {
                await migrator.EnsurePartitionsAsync(stoppingToken);
                await daySecrets.EnsureAsync(stoppingToken);
            }
            catch (Exception exception) when (Dependencies.IsAway(exception))
            {
                Log.Postponed(logger, exception);   // both are made days ahead: the next turn is early enough
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static partial class Log
    {
        [LoggerMessage(4002, LogLevel.Warning, "PostgreSQL is away; partitions and day secrets wait for the next turn")]
        public static partial void Postponed(ILogger logger, Exception exception);
    }
}
