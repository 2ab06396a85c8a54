using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Appending;

/// <summary>The log over Kafka: a record counts when the broker says it is persisted, and it has <see cref="IngestOptions.AckTimeout"/> for that.</summary>
internal sealed class KafkaEventLog(
    RecordProducer producer,
    RecordCodec codec,
    DeadLetters deadLetters,
    SchemaIds ids,
    SchemaRegistryClient registry,
    IngestMetrics metrics,
    IOptions<IngestOptions> options,
    TimeProvider clock)
    : IEventLog
{
    private readonly TimeSpan _ackTimeout = options.Value.AckTimeout;

    // Of a request that has no activity. They go with the brand, of which every change of the directory makes a new one.
    private readonly ConditionalWeakTable<Brand, RecordHeaders> _untraced = [];

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates> AppendAsync(TopicDefinition topic, Brand brand, ReadOnlySpan<byte> key, Span<byte> value)
    {
        if (!ids.TryIdOf(topic, out var id))
            return AppendOnceRegisteredAsync(topic, brand, key.ToArray(), value.ToArray());

        // A caller who hangs up does not stop the record: it is complete, and the next try of the same event is absorbed.
        WireFormat.WriteHeader(value, id);
        var headers = Activity.Current is null
            ? _untraced.GetValue(brand, static untraced => new RecordHeaders().Brand(untraced.Id).OwnTrace())
            : RecordHeaders.ForBrand(brand.Id);
        return producer.ProduceWithinAsync(topic, key, value, headers, _ackTimeout);
    }

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendAsync(TopicDefinition topic, string key, TrackedEvent tracked) =>
        WaitAsync(producer.ProduceWithinAsync(topic, key, tracked, RecordHeaders.ForBrand(tracked.BrandId), _ackTimeout));

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendDeadAsync(DeadWebhook webhook, EventOutcome outcome) => WaitAsync(new(AppendBothAsync(webhook, outcome)));

    /// <inheritdoc/>
    public ValueTask<RecordCoordinates?> AppendQuarantinedAsync(QuarantinedWebhook webhook) => WaitAsync(producer.ProduceWithinAsync(
        Topics.Quarantine, IEventLog.KeyOf(webhook), webhook, RecordHeaders.ForBrand(webhook.BrandId), _ackTimeout));

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

    // The registry is asked once for each topic; whoever meets that waits no longer than for an acknowledgement.
    private async ValueTask<RecordCoordinates> AppendOnceRegisteredAsync(TopicDefinition topic, Brand brand, byte[] key, byte[] value)
    {
        try
        {
            await codec.RegisterAsync([topic], CancellationToken.None).WaitAsync(_ackTimeout, clock);
        }
        catch (TimeoutException late)
        {
            throw new LogUnavailableException(LogFault.TimedOut, $"The schema registry did not answer within {_ackTimeout}.", late);
        }

        return await AppendAsync(topic, brand, key, value);
    }

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
        catch (Exception fault) when (Unavailability.ReasonOf(fault) is { } reason)
        {
            metrics.Unavailable(reason);
            return null;
        }
    }
}
