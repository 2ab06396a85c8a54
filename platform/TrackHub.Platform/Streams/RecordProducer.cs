using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>Appends records to the log and knows when they are durable: acks from all replicas, idempotent, bounded. Singleton, thread-safe.</summary>
public sealed class RecordProducer : IAsyncDisposable
{
    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(2);

    private readonly RecordCodec _codec;
    private readonly StreamMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ProducerClient _client;
    private readonly PendingAck.Pool _acks;

    /// <summary>Makes the producer; it connects with <see cref="ConnectAsync"/>, else with its first record.</summary>
    public RecordProducer(
        IOptions<KafkaOptions> kafka, IOptions<ProducerOptions> options, RecordCodec codec, StreamMetrics metrics, TimeProvider clock, ILogger<RecordProducer> logger)
    {
        (_codec, _metrics, _clock) = (codec, metrics, clock);
        _client = new(kafka.Value, options.Value, logger);
        _acks = new(metrics, clock);
    }

    /// <summary>Connects ahead of the first record, which then waits for its ack alone.</summary>
    /// <param name="topics">Topics whose leaders are looked up.</param>
    /// <param name="cancellationToken">Gives up between two topics.</param>
    /// <exception cref="DependencyAwayException">A topic's brokers did not answer within 2 s.</exception>
    public Task ConnectAsync(IReadOnlyList<TopicDefinition> topics, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            foreach (var topic in topics)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    _client.Connect(topic.Name, ConnectLimit);
                }
                catch (KafkaException failure)
                {
                    throw new DependencyAwayException("kafka", failure);
                }
            }
        },
        cancellationToken);

    /// <summary>Appends one record; completes when it is persisted. Refuses at once when the local queue is full.</summary>
    /// <exception cref="LogUnavailableException">Not acknowledged; it may be in the log all the same.</exception>
    /// <exception cref="DependencyAwayException">The registry does not answer, and the topic's schema id is not known yet.</exception>
    public Task<RecordCoordinates> ProduceAsync<T>(TopicDefinition topic, string key, T value, RecordHeaders headers, CancellationToken cancellationToken)
        where T : IAvroRecord<T> => ProduceWithinAsync(topic, key, value, headers, Timeout.InfiniteTimeSpan).AsTask().WaitAsync(cancellationToken);

    /// <summary>Appends one record as <see cref="ProduceAsync"/> does, and waits a bounded time. The way of records that come one by one and often: it allocates nothing to wait.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="key">Its key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="limit">How long to wait for the acknowledgement; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the client library tries.</param>
    /// <exception cref="LogUnavailableException">Not acknowledged, or not in time; it may be in the log all the same.</exception>
    /// <exception cref="DependencyAwayException">The registry does not answer, and the topic's schema id is not known yet.</exception>
    public ValueTask<RecordCoordinates> ProduceWithinAsync<T>(TopicDefinition topic, string key, T value, RecordHeaders headers, TimeSpan limit)
        where T : IAvroRecord<T>
    {
        var encoding = _codec.EncodeAsync(topic, value, CancellationToken.None);
        return encoding.IsCompletedSuccessfully
            ? Append(topic, Encoding.UTF8.GetBytes(key), encoding.Result, headers, limit)
            : AppendOnceEncodedAsync(topic, Encoding.UTF8.GetBytes(key), encoding.AsTask(), headers, limit);
    }

    /// <summary>Appends one record whose bytes the caller has: as the other overload does, but nothing is encoded, and the registry is not asked.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="key">Its key. Copied before this returns.</param>
    /// <param name="value">Its value in the Confluent wire format, <see cref="WireFormat"/>'s header included. Copied before this returns.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="limit">How long to wait for the acknowledgement; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the client library tries.</param>
    /// <exception cref="LogUnavailableException">Not acknowledged, or not in time; it may be in the log all the same.</exception>
    public ValueTask<RecordCoordinates> ProduceWithinAsync(
        TopicDefinition topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, RecordHeaders headers, TimeSpan limit) =>
        Append(topic, key.ToArray(), value.ToArray(), headers, limit);

    /// <summary>Appends a copy of a record, key and value byte for byte, under other headers.</summary>
    /// <exception cref="LogUnavailableException">Not acknowledged; it may be in the log all the same.</exception>
    public Task<RecordCoordinates> ForwardAsync(TopicDefinition topic, StreamRecord record, RecordHeaders headers, CancellationToken cancellationToken) =>
        Append(topic, record.Key, record.Value, headers, Timeout.InfiniteTimeSpan).AsTask().WaitAsync(cancellationToken);

    /// <summary>Appends all records; completes when every one is persisted. Waits while the local queue is full.</summary>
    /// <exception cref="LogUnavailableException">At least one was not acknowledged; some may be in the log.</exception>
    /// <exception cref="DependencyAwayException">The registry does not answer, and a topic's schema id is not known yet.</exception>
    public async Task ProduceAllAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
            return;

        var started = _clock.GetTimestamp();
        var report = new PendingReports(records.Count);
        Action<DeliveryReport<byte[]?, byte[]?>> reported = report.Report;
        List<Activity>? spans = null;
        LogFault? fault = null;
        try
        {
            foreach (var record in records)
            {
                var span = RecordTrace.StartSend(record.Topic.Name, record.Headers);
                if (span is not null)
                    (spans ??= []).Add(span);
                var message = new Message<byte[]?, byte[]?> { Key = record.Key, Value = await record.EncodeAsync(_codec, cancellationToken), Headers = record.Headers.ToKafka(span) };
                while (!_client.TryProduce(record.Topic.Name, message, reported))
                    await Task.Delay(QueueFullPause, _clock, cancellationToken);
            }

            await report.Completion.WaitAsync(cancellationToken);
        }
        catch (LogUnavailableException failure)
        {
            fault = failure.Reason;
            throw;
        }
        finally
        {
            CountSent(records, _clock.GetElapsedTime(started), fault);
            spans?.ForEach(span => RecordTrace.End(span, fault is { } why ? StreamMetrics.ErrorType(why) : null));
        }
    }

    /// <summary>Waits up to 5 s for what is still queued, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _acks.Dispose();
    }

    // The registry is asked once for each topic; whoever meets that waits no longer than for an acknowledgement.
    private async ValueTask<RecordCoordinates> AppendOnceEncodedAsync(TopicDefinition topic, byte[] key, Task<byte[]> encoding, RecordHeaders headers, TimeSpan limit)
    {
        byte[] value;
        try
        {
            value = await encoding.WaitAsync(limit, _clock);
        }
        catch (TimeoutException late)
        {
            throw new LogUnavailableException(LogFault.TimedOut, $"The schema registry did not answer within {limit}.", late);
        }

        return await Append(topic, key, value, headers, limit);
    }

    private ValueTask<RecordCoordinates> Append(TopicDefinition topic, byte[]? key, byte[]? value, RecordHeaders headers, TimeSpan limit)
    {
        var ack = _acks.Take(topic.Name, RecordTrace.StartSend(topic.Name, headers), limit);
        try
        {
            if (!_client.TryProduce(topic.Name, new() { Key = key, Value = value, Headers = headers.ToKafka(ack.Span) }, ack.Reported))
                throw new LogUnavailableException(LogFault.QueueFull, "The local queue to the log is full. Remedy: send slower, or raise Producer:QueueRecords.");
        }
        catch (LogUnavailableException failure)
        {
            ack.Abandon(failure.Reason);
            return ValueTask.FromException<RecordCoordinates>(failure);
        }

        return ack.Completion;
    }

    private void CountSent(IReadOnlyList<OutgoingRecord> records, TimeSpan duration, LogFault? fault)
    {
        foreach (var topic in records.CountBy(static record => record.Topic.Name))
            _metrics.Sent(topic.Key, topic.Value, duration, fault);
    }
}
