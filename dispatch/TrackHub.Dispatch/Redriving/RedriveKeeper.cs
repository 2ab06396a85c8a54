using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Dispatch.Redriving;

/// <summary>Carries out the redrives that tenants ordered, the oldest first; of all dispatchers and commands one is at it at a time.</summary>
/// <remarks>Whoever is killed at it is followed by the next, which begins the order again: what was put back counts as <see cref="LetterRedrive.Already"/> then.</remarks>
internal sealed partial class RedriveKeeper(
    NpgsqlDataSource postgres, LetterTable table, LetterRedrive redrive, TenantDirectory directory, TimeProvider clock, ILogger<RedriveKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (!directory.IsLoaded || !await RunNextAsync(stoppingToken))
                    await Task.Delay(Interval, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is at work is begun again.
        }
    }

    /// <summary>Carries one out; false if there is none, somebody is at it, or something is away.</summary>
    private async Task<bool> RunNextAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (await NextAsync(stoppingToken) is null)
                return false;
            await using var only = await table.TryLockAsync(stoppingToken);
            if (only is null || await NextAsync(stoppingToken) is not { } order)   // asked again: another may have ended it before
                return false;

            // What dies later, maybe of this very redrive, is another order's.
            var until = order.Filter.To is { } to && to < order.CreatedAt ? to : order.CreatedAt;
            var rows = await table.FindAsync(order.Filter with { To = until }, stoppingToken);
            var counts = await redrive.RunAsync(
                rows, order.Actor, order.Rate, order.IsTrial, soFar => NoteAsync(order.Id, rows.Count, soFar, isEnd: false, stoppingToken), stoppingToken);
            await NoteAsync(order.Id, rows.Count, counts, isEnd: true, stoppingToken);
            Log.Done(logger, order.Id, rows.Count);
            return true;
        }
        catch (Exception failure) when (Dependencies.IsAway(failure))
        {
            return false;
        }
    }

    private async Task<RedriveOrder?> NextAsync(CancellationToken stoppingToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(stoppingToken);
        return await RedriveOrders.NextAsync(connection, stoppingToken);
    }

    private async Task NoteAsync(Guid id, int letters, IReadOnlyDictionary<string, long> counts, bool isEnd, CancellationToken stoppingToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(stoppingToken);
        await RedriveOrders.NoteAsync(connection, id, letters, counts, isEnd, stoppingToken);
    }

    private static partial class Log
    {
        [LoggerMessage(5009, LogLevel.Information, "Redrive {Redrive} of {Letters} dead letters is done")]
        public static partial void Done(ILogger logger, Guid redrive, int letters);
    }
}
