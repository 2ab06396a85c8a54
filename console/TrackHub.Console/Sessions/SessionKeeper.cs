using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.ConsoleApi.Access;
using TrackHub.Platform.Streams;

namespace TrackHub.ConsoleApi.Sessions;

/// <summary>Removes expired sessions now and then. They let nobody in, whether they are there or not.</summary>
internal sealed partial class SessionKeeper(CallerStore callers, TimeProvider clock, ILogger<SessionKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await PurgeAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The role stops.
        }
    }

    private async Task PurgeAsync(CancellationToken stoppingToken)
    {
        try
        {
            await callers.PurgeAsync(stoppingToken);
        }
        catch (Exception failure) when (Dependencies.AbsenceOf(failure) is { } absence)
        {
            Log.Postponed(logger, absence.Reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6011, LogLevel.Information, "Expired sessions stay for another hour: PostgreSQL is {Reason}")]
        public static partial void Postponed(ILogger logger, string reason);
    }
}
