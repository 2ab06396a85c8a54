using Microsoft.Extensions.Hosting;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Platform.Hosting;

namespace TrackHub.Cli.Running;

/// <summary>Tells readiness what the broker says of itself: recovering, serving, or which part does not and why.</summary>
internal sealed class BrokerWatch(LocalKafkaService broker, Readiness readiness, RoleHealth health, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Reports before the admin port opens.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Report();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
            {
                health.Beat(nameof(BrokerWatch));
                Report();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The broker stops.
        }
    }

    private void Report()
    {
        foreach (var (part, fault) in broker.Parts) readiness.Report(part, fault is null, fault);
    }
}
