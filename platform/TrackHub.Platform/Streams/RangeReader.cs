using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Microsoft.Extensions.Options;

namespace TrackHub.Platform.Streams;

/// <summary>Part of a partition.</summary>
/// <param name="Partition">Partition.</param>
/// <param name="From">First offset.</param>
/// <param name="To">Offset after the last.</param>
public readonly record struct LogRange(int Partition, long From, long To);

/// <summary>Reads ranges of the log beside all groups: own assignment, no join, no commit. Singleton, thread-safe.</summary>
public sealed class RangeReader(IOptions<KafkaOptions> kafka)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(200);

    /// <summary>What of a topic lies between two places now.</summary>
    /// <param name="topic">Topic.</param>
    /// <param name="from">First record; of a time, the first not older.</param>
    /// <param name="to">Last record, inclusive; null: the present end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One range for each partition that has any of it.</returns>
    /// <exception cref="DependencyAwayException">The log does not answer.</exception>
    public Task<IReadOnlyList<LogRange>> FindAsync(string topic, LogPlace from, LogPlace? to, CancellationToken cancellationToken) =>
        Task.Run(() => Asking<IReadOnlyList<LogRange>>(() => Find(topic, from, to)), cancellationToken);

    /// <summary>Reads ranges of a topic; the records of a partition come in order.</summary>
    /// <param name="topic">Topic.</param>
    /// <param name="ranges">At most one a partition; what retention has taken of it is left out.</param>
    /// <param name="most">Records given out at a time, at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyAwayException">The log does not answer; begin again later.</exception>
    public async IAsyncEnumerable<IReadOnlyList<StreamRecord>> ReadAsync(
        string topic, IReadOnlyList<LogRange> ranges, int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var consumer = NewConsumer();
        var open = await Task.Run(() => Asking(() => Assign(consumer, topic, ranges)), cancellationToken);
        while (open.Count > 0)
        {
            var records = await Task.Run(() => Asking(() => Take(consumer, open, most, cancellationToken)), cancellationToken);
            if (records.Count > 0)
                yield return records;
        }
    }

    private List<LogRange> Find(string topic, LogPlace from, LogPlace? to)
    {
        using var consumer = NewConsumer();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var known = admin.GetMetadata(topic, Patience).Topics.Find(found => found.Topic == topic);
        var partitions = (known?.Partitions ?? []).ConvertAll(partition => new TopicPartition(topic, partition.PartitionId));
        var starts = At(consumer, partitions, from.Time);
        var ends = At(consumer, partitions, to?.Time?.AddMilliseconds(1));
        var ranges = new List<LogRange>();
        foreach (var partition in partitions)
        {
            var bounds = consumer.QueryWatermarkOffsets(partition, Patience);
            var (low, high) = (bounds.Low.Value, bounds.High.Value);
            var first = Math.Max(low, from.Offset ?? starts.GetValueOrDefault(partition, high));
            var after = Math.Min(high, to?.Offset + 1 ?? ends.GetValueOrDefault(partition, high));
            if (first < after)
                ranges.Add(new(partition.Partition.Value, first, after));
        }

        return ranges;
    }

    /// <summary>The first offset not older than a time, where there is one.</summary>
    private static Dictionary<TopicPartition, long> At(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartition> partitions, DateTimeOffset? time) => time is { } at
        ? consumer.OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, new Timestamp(at))), Patience)
            .Where(static found => found.Offset.Value >= 0).ToDictionary(static found => found.TopicPartition, static found => found.Offset.Value)
        : [];

    /// <summary>Assigns what there is of the ranges; gives each partition's end.</summary>
    private static Dictionary<int, long> Assign(IConsumer<byte[]?, byte[]?> consumer, string topic, IReadOnlyList<LogRange> ranges)
    {
        var (starts, open) = (new List<TopicPartitionOffset>(), new Dictionary<int, long>());
        foreach (var range in ranges.Where(static range => range.From < range.To))
        {
            var bounds = consumer.QueryWatermarkOffsets(new(topic, range.Partition), Patience);
            var (first, after) = (Math.Max(range.From, bounds.Low.Value), Math.Min(range.To, bounds.High.Value));
            if (first >= after)
                continue;
            starts.Add(new(topic, range.Partition, first));
            open[range.Partition] = after;
        }

        consumer.Assign(starts);
        return open;
    }

    private static List<StreamRecord> Take(IConsumer<byte[]?, byte[]?> consumer, Dictionary<int, long> open, int most, CancellationToken cancellationToken)
    {
        var records = new List<StreamRecord>();
        for (var idle = TimeSpan.Zero; records.Count < most && open.Count > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(PollWait) is not { } result)
            {
                idle += PollWait;
                if (records.Count > 0)
                    break;
                if (idle >= Patience)
                    throw new DependencyAwayException("kafka", new TimeoutException("The log gave no record in time."));
                continue;
            }

            if (!open.TryGetValue(result.Partition.Value, out var end))
                continue;
            if (!result.IsPartitionEOF && result.Offset.Value < end)
                records.Add(ToRecord(result));
            if ((result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1) >= end)
                open.Remove(result.Partition.Value);
        }

        return records;
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
        KafkaHeaders = result.Message.Headers,
    };

    private IConsumer<byte[]?, byte[]?> NewConsumer() => new ConsumerBuilder<byte[]?, byte[]?>(kafka.Value.Connect(new ConsumerConfig
    {
        // Asked for by the client and never joined.
        GroupId = "trackhub-range",
        ClientId = "trackhub-range",
        EnableAutoCommit = false,
        EnablePartitionEof = true,
        AutoOffsetReset = AutoOffsetReset.Earliest,   // an offset that retention has taken meanwhile
        AllowAutoCreateTopics = false,
    })).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
}
