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
        WaitAsync(producer.ProduceAsync(topic, key, tracked, RecordHeaders.ForBrand(tracked.BrandId), CancellationToken.None));

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendDeadAsync(DeadWebhook webhook, EventOutcome outcome) => WaitAsync(AppendBothAsync(webhook, outcome));

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendQuarantinedAsync(QuarantinedWebhook webhook) => WaitAsync(producer.ProduceAsync(
        Topics.Quarantine, $"{webhook.BrandId}/{webhook.Gateway}", webhook, RecordHeaders.ForBrand(webhook.BrandId), CancellationToken.None));

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
        var letter = deadLetters.WriteWebhookAsync(webhook, CancellationToken.None);
        var end = producer.ProduceAsync(
            Topics.EventOutcomes, outcome.IngestId, outcome, RecordHeaders.ForBrand(outcome.BrandId), CancellationToken.None);
        await Task.WhenAll(letter, end);
        return await letter;
    }

    private async ValueTask<RecordCoordinates?> WaitAsync(Task<RecordCoordinates> append)
    {
        var started = clock.GetTimestamp();
        try
        {
            var coordinates = await append.WaitAsync(_ackTimeout, clock);
            metrics.Acknowledged(clock.GetElapsedTime(started));
            return coordinates;
        }
        catch (TimeoutException)
        {
            return Unavailable("ack_timeout");
        }
        catch (LogUnavailableException fault)
        {
            return Unavailable(fault.Reason is LogFault.QueueFull ? "queue_full" : "log_away");
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
