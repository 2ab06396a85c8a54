using System.Collections.Concurrent;
using Confluent.Kafka;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Integration.Matching;

/// <summary>Reads topics from their start, in no group, and keeps everything it reads.</summary>
internal sealed class TopicTap : IAsyncDisposable
{
    private readonly ConcurrentQueue<StreamRecord> _records = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly RecordCodec _codec;
    private readonly Task _reading;

    public TopicTap(string bootstrapServers, RecordCodec codec, params TopicDefinition[] topics)
    {
        _codec = codec;
        _reading = Task.Factory.StartNew(() => Read(bootstrapServers, topics), _stopping.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Raw records of a topic so far.</summary>
    public IEnumerable<StreamRecord> Raw(TopicDefinition topic) => _records.Where(r => r.Coordinates.Topic == topic.Name);

    /// <summary>Decoded values of a topic so far, in the order of their partitions.</summary>
    public async Task<IReadOnlyList<T>> ValuesAsync<T>(TopicDefinition topic)
        where T : IAvroRecord<T>
    {
        var records = Raw(topic).ToList();
        await _codec.PrepareAsync(records, CancellationToken.None);
        var values = new List<T>();
        foreach (var record in records)
        {
            if (_codec.TryDecode<T>(record, out var value, out _))
                values.Add(value);
        }

        return values;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
        _stopping.Dispose();
    }

    private void Read(string bootstrapServers, TopicDefinition[] topics)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "tap",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Assign(topics.SelectMany(static topic => Enumerable.Range(0, topic.Partitions)
            .Select(p => new TopicPartitionOffset(topic.Name, p, Offset.Beginning))));
        while (!_stopping.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result)
                continue;
            _records.Enqueue(new()
            {
                Coordinates = new(result.Topic, result.Partition.Value, result.Offset.Value),
                Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs),
                Key = result.Message.Key,
                Value = result.Message.Value,
            });
        }
    }
}
