using System.Runtime.CompilerServices;
using Confluent.Kafka;
using TrackHub.Platform.Streams;

namespace TrackHub.Cli.Reading;

/// <summary>Which part of a topic to read.</summary>
/// <param name="From">First record; null: the last few of each partition, or with <paramref name="Follow"/> what is to come.</param>
/// <param name="To">Last record; null: the end as it is at the start.</param>
/// <param name="Follow">Go on with what is appended.</param>
/// <param name="Whole">Refuse an offset whose records have left the log, instead of beginning where it begins.</param>
internal sealed record TopicRange(LogPlace? From, LogPlace? To, bool Follow, bool Whole = false);

/// <summary>Reads a topic beside all groups: own assignment, no group, nothing committed.</summary>
internal sealed class TopicReader(KafkaOptions kafka) : IDisposable
{
    /// <summary>Records of each partition that are shown where no start is named.</summary>
    public const int LastFew = 10;

    // Records are put in order of time within so many; partitions have no order among each other.
    private const int Window = 10_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(200);

    private readonly IConsumer<byte[]?, byte[]?> _consumer = new ConsumerBuilder<byte[]?, byte[]?>(kafka.Connect(new ConsumerConfig
    {
        GroupId = "trackhub-tail",   // asked for by the client; never joined
        ClientId = "trackhub-tail",
        EnableAutoCommit = false,
        EnablePartitionEof = true,
        AutoOffsetReset = AutoOffsetReset.Earliest,   // an offset that retention has taken meanwhile
        AllowAutoCreateTopics = false,
    })).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();

    /// <summary>Groups of records, each in order of time, until the range is read or the token is cancelled.</summary>
    /// <exception cref="CommandException">There is no such topic, or the log no longer holds the range whole.</exception>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async IAsyncEnumerable<IReadOnlyList<StreamRecord>> ReadAsync(string topic, TopicRange range, [EnumeratorCancellation] CancellationToken stoppingToken)
    {
        // The client blocks: not on the caller's thread.
        var open = await Task.Run(() => Open(topic, range), stoppingToken);
        while (open.Count > 0 || range.Follow)
        {
            var records = await Task.Run(() => Fill(open, range.Follow), stoppingToken);
            if (records.Count > 0) yield return records;
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _consumer.Close();
        _consumer.Dispose();
    }

    /// <summary>Assigns what there is to read.</summary>
    /// <returns>Partitions with the offset after the last to read; without end where followed.</returns>
    private Dictionary<TopicPartition, long> Open(string topic, TopicRange range)
    {
        try
        {
            using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
            var known = admin.GetMetadata(topic, Limit).Topics.Find(t => t.Topic == topic);
            if (known is null || known.Partitions.Count == 0)
                throw new CommandException($"There is no topic '{topic}'; `trackhub topics list` shows those there are, `trackhub topics apply` makes them.");

            var partitions = known.Partitions.ConvertAll(partition => new TopicPartition(topic, partition.PartitionId));
            var bounds = partitions.ToDictionary(static partition => partition, partition => _consumer.QueryWatermarkOffsets(partition, Limit));
            var froms = range.From?.Time is { } from ? At(partitions, from) : [];
            var tos = range.To?.Time is { } to ? At(partitions, to.AddMilliseconds(1)) : [];

            if (range is { Whole: true, From.Offset: { } first } && bounds.Values.Max(static bound => bound.Low.Value) is var begin && first < begin)
                throw new CommandException($"The log no longer holds every record of {topic} from offset {first} on: begin at {begin} or later, for instance --from {begin}, or at a time that it holds.");

            var starts = new List<TopicPartitionOffset>();
            var open = new Dictionary<TopicPartition, long>();
            foreach (var (partition, bound) in bounds)
            {
                var (low, high) = (bound.Low.Value, bound.High.Value);
                var start = Math.Clamp(range.From switch
                {
                    { Offset: { } offset } => offset,
                    { Time: not null } => froms[partition] ?? high,
                    _ => range.Follow ? high : high - LastFew,
                }, low, Math.Max(low, high));
                var end = range.Follow ? long.MaxValue : Math.Min(high, range.To switch
                {
                    { Offset: { } offset } => offset + 1,
                    { Time: not null } => tos[partition] ?? high,
                    _ => high,
                });
                if (start >= end) continue;

                starts.Add(new(partition, start));
                open[partition] = end;
            }

            _consumer.Assign(starts);
            return open;
        }
        catch (KafkaException failure)
        {
            throw new DependencyAwayException("Kafka", failure);
        }
    }

    private Dictionary<TopicPartition, long?> At(List<TopicPartition> partitions, DateTimeOffset time) => _consumer
        .OffsetsForTimes(partitions.Select(partition => new TopicPartitionTimestamp(partition, new Timestamp(time))), Limit)
        .ToDictionary(static found => found.TopicPartition, static found => found.Offset.Value >= 0 ? (long?)found.Offset.Value : null);

    private List<StreamRecord> Fill(Dictionary<TopicPartition, long> open, bool follow)
    {
        var records = new List<StreamRecord>();
        try
        {
            while (records.Count < Window && (open.Count > 0 || follow) && _consumer.Consume(Quiet) is var result)
            {
                if (result is null)
                {
                    if (records.Count > 0 || follow) break;
                    continue;
                }

                if (result.IsPartitionEOF)
                {
                    if (!follow) open.Remove(result.TopicPartition);
                    continue;
                }

                if (!open.TryGetValue(result.TopicPartition, out var end)) continue;
                if (result.Offset.Value >= end - 1) open.Remove(result.TopicPartition);
                if (result.Offset.Value < end) records.Add(Of(result));
            }
        }
        catch (ConsumeException failure)
        {
            throw new DependencyAwayException("Kafka", failure);
        }

        // Stable, so that the records of a partition keep their order.
        return [.. records.OrderBy(static record => record.Timestamp)];
    }

    private static StreamRecord Of(ConsumeResult<byte[]?, byte[]?> result) => new()
    {
        Coordinates = new(result.Topic, result.Partition.Value, result.Offset.Value),
        Timestamp = new DateTimeOffset(result.Message.Timestamp.UtcDateTime),
        Key = result.Message.Key,
        Value = result.Message.Value,
        Headers = result.Message.Headers.GroupBy(static header => header.Key, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Last().GetValueBytes() ?? [], StringComparer.Ordinal),
    };
}
