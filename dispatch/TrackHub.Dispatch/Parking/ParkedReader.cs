using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Parking;

/// <summary>Reads <c>parked</c> from a moment on to its end as it is at the start. By assign: the topic has no group.</summary>
internal sealed class ParkedReader(IOptions<KafkaOptions> kafka)
{
    private const int ChunkRecords = 1_000;
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(200);

    /// <summary>Reads.</summary>
    /// <param name="from">Records appended before it are left out.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyAwayException">The log does not answer; begin again later.</exception>
    public async IAsyncEnumerable<IReadOnlyList<StreamRecord>> ReadAsync(DateTimeOffset from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(Settings()).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        var open = await Task.Run(() => Asking(() => Assign(consumer, from)), cancellationToken);
        while (open.Count > 0)
        {
            var chunk = await Task.Run(() => Asking(() => Take(consumer, open, cancellationToken)), cancellationToken);
            if (chunk.Count > 0)
                yield return chunk;
        }
    }

    /// <summary>Assigns what there is to read; gives each partition's end.</summary>
    private static Dictionary<int, long> Assign(IConsumer<byte[]?, byte[]?> consumer, DateTimeOffset from)
    {
        var at = new Timestamp(from.UtcDateTime);
        var partitions = Enumerable.Range(0, Topics.Parked.Partitions).Select(p => new TopicPartitionTimestamp(new(Topics.Parked.Name, p), at));
        var ends = new Dictionary<int, long>();
        var starts = new List<TopicPartitionOffset>();
        foreach (var start in consumer.OffsetsForTimes(partitions, BrokerPatience).Where(static start => start.Offset.Value >= 0))
        {
            var end = consumer.QueryWatermarkOffsets(start.TopicPartition, BrokerPatience).High.Value;
            if (start.Offset.Value >= end)
                continue;
            ends[start.Partition.Value] = end;
            starts.Add(start);
        }

        consumer.Assign(starts);
        return ends;
    }

    private static List<StreamRecord> Take(IConsumer<byte[]?, byte[]?> consumer, Dictionary<int, long> open, CancellationToken cancellationToken)
    {
        var chunk = new List<StreamRecord>();
        for (var idle = TimeSpan.Zero; chunk.Count < ChunkRecords && open.Count > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(PollWait) is not { } result)
            {
                idle += PollWait;
                if (chunk.Count > 0)
                    break;
                if (idle >= BrokerPatience)
                    throw new DependencyAwayException("kafka", new TimeoutException("The log gave no record in time."));
                continue;
            }

            if (!result.IsPartitionEOF)
                chunk.Add(ToRecord(result));
            var next = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
            if (open.TryGetValue(result.Partition.Value, out var end) && next >= end)
                open.Remove(result.Partition.Value);
        }

        return chunk;
    }

    private static T Asking<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (KafkaException failure)
        {
            throw new DependencyAwayException("kafka", failure);
        }
    }

    private static StreamRecord ToRecord(ConsumeResult<byte[]?, byte[]?> result) => new()
    {
        Coordinates = new(result.Topic, result.Partition.Value, result.Offset.Value),
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs),
        Key = result.Message.Key,
        Value = result.Message.Value,
        Headers = result.Message.Headers.GroupBy(static header => header.Key, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Last().GetValueBytes() ?? [], StringComparer.Ordinal),
    };

    private ConsumerConfig Settings() => kafka.Value.Connect(new ConsumerConfig
    {
        // Required by the client and never used: no join, no commit.
        GroupId = "dispatcher-resume",
        EnableAutoCommit = false,
        EnablePartitionEof = true,
        AutoOffsetReset = AutoOffsetReset.Earliest,
    });
}
