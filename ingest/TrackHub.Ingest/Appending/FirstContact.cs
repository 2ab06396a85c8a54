using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Appending;

/// <summary>
/// Connects to the log and learns the ids of the schemas the ingress writes before traffic comes: a request has no time for either. Once the
/// ids are known the registry may go away.
/// </summary>
internal sealed partial class FirstContact(
    RecordProducer producer, SchemaIds ids, Spool spool, Readiness readiness, TimeProvider clock, ILogger<FirstContact> logger)
    : BackgroundService
{
    private const string Dependency = "first_contact";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TopicDefinition[] Written = [Topics.TrackEvents, Topics.IngestEvents, Topics.DeadLetters, Topics.EventOutcomes, Topics.Quarantine];

    /// <summary>Reports before the host goes on to open the port: what nobody has reported counts as ready.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Report(Dependency, ready: false, "neither log nor schema registry has answered yet");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await TryAsync(stoppingToken))
        {
            StandIn();
            await Task.Delay(Pause, clock, stoppingToken);
        }

        StandIn();
        readiness.Report(Dependency, ready: true);
    }

    // Not before the log had its chance: who starts beside it is not to be called ready on the spool alone.
    private void StandIn()
    {
        if (!spool.IsOn)
            return;
        readiness.StandIn(Dependency, SpoolDrain.Dependency);
        readiness.StandIn("kafka", SpoolDrain.Dependency);
    }

    private async Task<bool> TryAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var topic in Written)
                await ids.IdOfAsync(topic, stoppingToken);
            await producer.ConnectAsync(Written, stoppingToken);
            return true;
        }
        catch (Exception fault) when (Dependencies.IsAway(fault) || (fault is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            NoAnswer(logger, fault.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(2103, LogLevel.Warning, "Log or schema registry does not answer ({Fault}): until both have once, clicks are refused with 503, and webhooks too where there is no spool")]
    private static partial void NoAnswer(ILogger logger, string fault);
}
