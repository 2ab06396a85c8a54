using Microsoft.Extensions.Hosting;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Lanes;

/// <summary>Keeps gates as the database has them: at the start, so that an open breaker stays open over a restart, and what others write later.</summary>
internal sealed class LaneKeeper(LaneStore store, LaneGates gates, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                gates.Learn(await store.ReadAsync(stoppingToken));
            }
            catch (Exception failure) when (Dependencies.AbsenceOf(failure) is not null)
            {
                // PostgreSQL is away, which readiness tells already: nothing is sent without it.
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
