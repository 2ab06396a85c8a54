using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Streams;

namespace TrackHub.Metrics.Publishing;

/// <summary>Has changed figures and anomalies published, again and again.</summary>
internal sealed class Publisher(Publication publication, AnomalyPublication anomalies, IOptions<MetricsOptions> options, TimeProvider clock) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PublishInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await PublishWhileThereAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The role stops; what is unpublished says so in its row.
        }
    }

    private async Task PublishWhileThereAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await publication.PublishAsync(stoppingToken) == Publication.Most)
            {
            }

            await anomalies.PublishAsync(stoppingToken);
        }
        catch (Exception failure) when (Dependencies.IsAway(failure))
        {
            // Readiness tells of it; the rows are published at a later tick.
        }
    }
}
