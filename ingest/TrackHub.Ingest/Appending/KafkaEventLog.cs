using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Appending;

/// <summary>The log over Kafka: a record counts when the broker says it is persisted, and it has <see cref="IngestOptions.AckTimeout"/> for that.</summary>
internal sealed class KafkaEventLog(
    RecordProducer producer,
    DeadLetters deadLetters,
    SchemaIds ids,
    SchemaRegistryClient registry,
    IngestMetrics metrics,
    IOptions<IngestOptions> options,
    TimeProvider clock)
    : IEventLog
{
    private readonly TimeSpan _ackTimeout = options.Value.AckTimeout;

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendAsync(TopicDefinition topic, string key, TrackedEvent tracked) =>
        // A caller who hangs up does not stop the record: it is complete, and the next try of the same event is absorbed.
        WaitAsync(producer.ProduceWithinAsync(topic, key, tracked, RecordHeaders.ForBrand(tracked.BrandId), _ackTimeout));

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendDeadAsync(DeadWebhook webhook, EventOutcome outcome) => WaitAsync(new(AppendBothAsync(webhook, outcome)));

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendQuarantinedAsync(QuarantinedWebhook webhook) => WaitAsync(producer.ProduceWithinAsync(
        Topics.Quarantine, $"{webhook.BrandId}/{webhook.Gateway}", webhook, RecordHeaders.ForBrand(webhook.BrandId), _ackTimeout));

    /// <inheritdoc/>
    public async Task<bool> AppendSpooledAsync(
        IReadOnlyList<SpooledRecord> records, IReadOnlyDictionary<string, string> schemas, CancellationToken stoppingToken)
    {
        try
        {
            var outgoing = new List<OutgoingRecord>(records.Count);
            foreach (var record in records)
            {
                var topic = SpoolSegment.Spooled[record.Topic];
                var headers = new RecordHeaders().Brand(record.BrandId);
                if (record.TraceParent is { } trace)
                    headers.Set(RecordHeaders.TraceParentName, trace);
                outgoing.Add(OutgoingRecord.Encoded(topic, record.Key, await IdOfAsync(topic, schemas[record.Topic], stoppingToken), record.Avro, headers));
            }

            await producer.ProduceAllAsync(outgoing, stoppingToken);
            return true;
        }
        catch (Exception fault) when (fault is LogUnavailableException or SchemaRegistryException
            || Dependencies.IsAway(fault) || (fault is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            return false;
        }
    }

    // A spool that a former version filled is in that version's schema, which the registry knows by an id of its own.
    private async ValueTask<int> IdOfAsync(TopicDefinition topic, string schema, CancellationToken stoppingToken) => schema == topic.ValueSchemaJson
        ? await ids.IdOfAsync(topic, stoppingToken)
        : await registry.RegisterAsync(topic.Subject, schema, stoppingToken);

    private async Task<RecordCoordinates> AppendBothAsync(DeadWebhook webhook, EventOutcome outcome)
    {
        var letter = deadLetters.WriteWebhookAsync(webhook, _ackTimeout);
        var end = producer.ProduceWithinAsync(
            Topics.EventOutcomes, outcome.IngestId, outcome, RecordHeaders.ForBrand(outcome.BrandId), _ackTimeout).AsTask();
        await Task.WhenAll(letter, end);
        return await letter;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RecordCoordinates?> WaitAsync(ValueTask<RecordCoordinates> append)
    {
        var started = clock.GetTimestamp();
        try
        {
            var coordinates = await append;
            metrics.Acknowledged(clock.GetElapsedTime(started));
            return coordinates;
        }
        catch (LogUnavailableException fault)
        {
            return Unavailable(fault.Reason switch { LogFault.QueueFull => "queue_full", LogFault.TimedOut => "ack_timeout", _ => "log_away" });
        }
        catch (KeyGoneException)
        {
            return Unavailable("day_key_missing");
        }
        catch (DependencyAwayException)
        {
            // Only until the schema ids are known, see FirstContact.
            return Unavailable("registry_away");
        }
    }

    private RecordCoordinates? Unavailable(string reason)
    {
        metrics.Unavailable(reason);
        return null;
    }
}
