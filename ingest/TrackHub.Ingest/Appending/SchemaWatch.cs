using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Appending;

/// <summary>
/// Learns the ids of the schemas the ingress writes before traffic comes: a request has no time to ask the registry. Once they are known
/// the registry may go away.
/// </summary>
internal sealed partial class SchemaWatch(SchemaIds ids, Readiness readiness, TimeProvider clock, ILogger<SchemaWatch> logger) : BackgroundService
{
    private const string Dependency = "schema_registry";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TopicDefinition[] Written = [Topics.TrackEvents, Topics.IngestEvents, Topics.DeadLetters, Topics.EventOutcomes];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        readiness.Report(Dependency, ready: false, "schema ids are not known yet");
        while (!await TryLearnAsync(stoppingToken))
            await Task.Delay(Pause, clock, stoppingToken);
        readiness.Report(Dependency, ready: true);
    }

    private async Task<bool> TryLearnAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var topic in Written)
                await ids.IdOfAsync(topic, stoppingToken);
            return true;
        }
        catch (Exception fault) when (Dependencies.IsAway(fault) || (fault is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            RegistryAway(logger, fault.GetType().Name);
            return false;
        }
    }

    [LoggerMessage(2103, LogLevel.Warning, "The schema registry does not answer ({Fault}): webhooks and clicks are refused with 503 until it has once")]
    private static partial void RegistryAway(ILogger logger, string fault);
}
