using System.Diagnostics;
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

    /// <summary>Makes the producer; it connects with <see cref="ConnectAsync"/>, else with its first record.</summary>
    public RecordProducer(
        IOptions<KafkaOptions> kafka, IOptions<ProducerOptions> options, RecordCodec codec, StreamMetrics metrics, TimeProvider clock, ILogger<RecordProducer> logger)
    {
        (_codec, _metrics, _clock) = (codec, metrics, clock);
        _client = new(kafka.Value, options.Value, metrics, clock, logger);
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
                    _client.Current().Connect(topic.Name, ConnectLimit);
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
        where T : IAvroRecord<T> =>
        _codec.TryEncode(topic, value, out var encoded)
            ? Append(topic, key, encoded, headers, limit)
            : AppendOnceRegisteredAsync(topic, key, value, headers, limit);

    /// <summary>Appends one record whose bytes the caller has: as the other overload does, but nothing is encoded, and the registry is not asked.</summary>
    /// <param name="topic">Its topic.</param>
    /// <param name="key">Its key, copied before this returns. A default span is none, an empty one is empty.</param>
    /// <param name="value">Its value in the Confluent wire format, <see cref="WireFormat"/>'s header included; copied likewise.</param>
    /// <param name="headers">Its headers.</param>
    /// <param name="limit">How long to wait for the acknowledgement; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the client library tries.</param>
    /// <exception cref="LogUnavailableException">Not acknowledged, or not in time; it may be in the log all the same.</exception>
    public ValueTask<RecordCoordinates> ProduceWithinAsync(
        TopicDefinition topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, RecordHeaders headers, TimeSpan limit) =>
        Append(topic.Name, key, value, headers, limit);

    /// <summary>Appends a copy of a record, key and value byte for byte, under other headers.</summary>
    /// <exception cref="LogUnavailableException">Not acknowledged; it may be in the log all the same.</exception>
    public Task<RecordCoordinates> ForwardAsync(TopicDefinition topic, StreamRecord record, RecordHeaders headers, CancellationToken cancellationToken) =>
        Append(topic.Name, record.Key, record.Value, headers, Timeout.InfiniteTimeSpan).AsTask().WaitAsync(cancellationToken);

    /// <summary>Appends all records; completes when every one is persisted. Waits while the local queue is full.</summary>
    /// <exception cref="LogUnavailableException">At least one was not acknowledged; some may be in the log.</exception>
    /// <exception cref="DependencyAwayException">The registry does not answer, and a topic's schema id is not known yet.</exception>
    public async Task ProduceAllAsync(IReadOnlyList<OutgoingRecord> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
            return;

        var started = _clock.GetTimestamp();
        List<Activity>? spans = null;
        LogFault? fault = null;
        try
        {
            var connection = _client.Current();
            var reports = new PendingReports(connection.Slots, records.Count);
            var sent = 0;
            try
            {
                for (; sent < records.Count; sent++)
                {
                    var span = RecordTrace.StartSend(records[sent].Topic.Name, records[sent].Headers);
                    if (span is not null)
                        (spans ??= []).Add(span);
                    await SendAsync(connection, records[sent], span, reports.Token, cancellationToken);
                }
            }
            finally
            {
                reports.Sent(sent);
            }

            if (await reports.Completion.WaitAsync(cancellationToken) is not ErrorCode.NoError and var error)
                throw ProducerClient.Unavailable(error);
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

    /// <summary>Waits up to 5 s for what is still queued, then closes the connection; what is not acknowledged by then is refused.</summary>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    // The registry is asked once for each topic; whoever meets that waits no longer than for an acknowledgement.
    private async ValueTask<RecordCoordinates> AppendOnceRegisteredAsync<T>(TopicDefinition topic, string key, T value, RecordHeaders headers, TimeSpan limit)
        where T : IAvroRecord<T>
    {
        try
        {
            await _codec.RegisterAsync([topic], CancellationToken.None).WaitAsync(limit, _clock);
        }
        catch (TimeoutException late)
        {
            throw new LogUnavailableException(LogFault.TimedOut, $"The schema registry did not answer within {limit}.", late);
        }

        return await ProduceWithinAsync(topic, key, value, headers, limit);
    }

    private ValueTask<RecordCoordinates> Append(TopicDefinition topic, string key, EncodedValue value, RecordHeaders headers, TimeSpan limit)
    {
        var utf8Key = new Utf8Text(key, stackalloc byte[Utf8Text.UsualBytes]);
        try
        {
            return Append(topic.Name, utf8Key.Bytes, value.Bytes, headers, limit);
        }
        finally
        {
            utf8Key.Dispose();   // copied, whatever becomes of the record
            value.Dispose();
        }
    }

    private ValueTask<RecordCoordinates> Append(string topic, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, RecordHeaders headers, TimeSpan limit)
    {
        var connection = _client.Current();
        var ack = connection.Acks.Take(topic, RecordTrace.StartSend(topic, headers), limit);
        try
        {
            if (!connection.TryProduce(topic, key, value, headers, ack.Span, ack.Token))
                throw new LogUnavailableException(LogFault.QueueFull, "The local queue to the log is full. Remedy: send slower, or raise Producer:QueueRecords.");
        }
        catch (LogUnavailableException failure)
        {
            ack.Abandon(failure.Reason);
            return ValueTask.FromException<RecordCoordinates>(failure);
        }

        return ack.Completion;
    }

    private async ValueTask SendAsync(ProducerConnection connection, OutgoingRecord record, Activity? span, nint token, CancellationToken cancellationToken)
    {
        EncodedValue value;
        while (!record.TryEncode(_codec, out value))
            await _codec.RegisterAsync([record.Topic], cancellationToken);

        using (value)
        {
            while (!connection.TryProduce(record.Topic.Name, record.Key, value.Bytes, record.Headers, span, token))
                await Task.Delay(QueueFullPause, _clock, cancellationToken);
        }
    }

    private void CountSent(IReadOnlyList<OutgoingRecord> records, TimeSpan duration, LogFault? fault)
    {
        foreach (var topic in records.CountBy(static record => record.Topic.Name))
            _metrics.Sent(topic.Key, topic.Value, duration, fault);
    }
}
