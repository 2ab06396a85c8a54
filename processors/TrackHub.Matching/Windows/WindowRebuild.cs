using Confluent.Kafka;
using Microsoft.Extensions.Options;
using TrackHub.Matching.Consents;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>
/// Feeds the windows again from <c>track-events</c>, from the start of the longest window to the end as it is now. Reads by assign, beside
/// the group's own feed, whose writes do not disturb it: all of them are idempotent.
/// </summary>
internal sealed class WindowRebuild(
    IOptions<KafkaOptions> kafka, RecordCodec codec, ConsentStore consents, WindowApplier applier, AppliedPositions positions, TenantDirectory directory,
    TimeProvider clock)
{
    private const int ChunkRecords = 2_000;
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(10);
    private readonly KafkaOptions _kafka = kafka.Value;

    /// <summary>Reads and applies everything; returns the number of records read.</summary>
    /// <param name="alive">Called at least once per chunk, so that the caller keeps its lock.</param>
    /// <exception cref="DependencyAwayException">Kafka or Redis does not answer; begin again later.</exception>
    public async Task<long> RunAsync(Func<CancellationToken, Task> alive, CancellationToken cancellationToken)
    {
        // Without its brands nothing would be read, and the windows would be called whole.
        if (!directory.IsLoaded)
            throw new DependencyAwayException("directory", null);

        try
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(Settings()).Build();
            var plan = await Task.Run(() => Plan(consumer), cancellationToken);
            var reached = plan.ToDictionary(static p => p.Partition, static p => new AppliedPosition(p.End, 0));
            var open = plan.Where(static p => p.Start < p.End).ToDictionary(static p => p.Partition, static p => p.End);
            consumer.Assign(plan.Where(static p => p.Start < p.End).Select(static p => new TopicPartitionOffset(Topics.TrackEvents.Name, p.Partition, p.Start)));

            var read = 0L;
            while (open.Count > 0)
            {
                await alive(cancellationToken);
                var chunk = await Task.Run(() => Take(consumer, open, reached, cancellationToken), cancellationToken);
                await ApplyAsync(chunk, cancellationToken);
                read += chunk.Count;
            }

            await positions.AdvanceAsync(reached, cancellationToken);
            return read;
        }
        catch (KafkaException e)
        {
            throw new DependencyAwayException("kafka", e);
        }
    }

    private async Task ApplyAsync(List<StreamRecord> chunk, CancellationToken cancellationToken)
    {
        await codec.PrepareAsync(chunk, cancellationToken);
        var events = new List<TrackedEvent>(chunk.Count);
        foreach (var record in chunk)
        {
            // What cannot be worked with is in the dead letters already, or will be: the group's own feed reads the same records.
            if (codec.TryDecode<TrackedEvent>(record, out var tracked, out _)
                && EventGate.FaultOf(record, tracked, directory.Current.Brand(tracked.BrandId), sales: false) is null)
            {
                events.Add(tracked);
            }
        }

        // The position moves past records the feed may not have come to: their consents must be known by then.
        await consents.WriteAsync(events.FindAll(static e => e.Kind == EventKind.Consent), cancellationToken);
        await applier.ApplyAsync(events, cancellationToken);
    }

    private List<(int Partition, long Start, long End)> Plan(IConsumer<byte[], byte[]> consumer)
    {
        var longest = directory.Current.Brands.Select(static brand => brand.Settings.Window).DefaultIfEmpty(TimeSpan.Zero).Max();
        var from = new Timestamp((clock.GetUtcNow() - longest).UtcDateTime);
        var partitions = Enumerable.Range(0, Topics.TrackEvents.Partitions).Select(static p => new TopicPartition(Topics.TrackEvents.Name, p)).ToList();
        var starts = consumer.OffsetsForTimes(partitions.Select(p => new TopicPartitionTimestamp(p, from)), BrokerPatience);
        return [.. starts.Select(start =>
        {
            var ends = consumer.QueryWatermarkOffsets(start.TopicPartition, BrokerPatience);
            return (start.Partition.Value, start.Offset == Offset.End ? ends.High.Value : start.Offset.Value, ends.High.Value);
        })];
    }

    private List<StreamRecord> Take(
        IConsumer<byte[], byte[]> consumer, Dictionary<int, long> open, Dictionary<int, AppliedPosition> reached, CancellationToken cancellationToken)
    {
        var chunk = new List<StreamRecord>(ChunkRecords);
        var started = clock.GetTimestamp();
        while (chunk.Count < ChunkRecords && open.Count > 0)
        {
            var result = consumer.Consume(TimeSpan.FromMilliseconds(200));
            cancellationToken.ThrowIfCancellationRequested();
            if (result is null)
            {
                if (chunk.Count > 0)
                    break;
                if (clock.GetElapsedTime(started) > BrokerPatience)
                    throw new DependencyAwayException("kafka", new TimeoutException("The log gave no record in time."));
                continue;
            }

            var partition = result.Partition.Value;
            if (!result.IsPartitionEOF)
            {
                chunk.Add(ToRecord(result));
                reached[partition] = new(Math.Max(reached[partition].NextOffset, result.Offset.Value + 1), result.Message.Timestamp.UnixTimestampMs);
            }

            var next = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
            if (open.TryGetValue(partition, out var end) && next >= end)
                open.Remove(partition);
        }

        return chunk;
    }

    private static StreamRecord ToRecord(ConsumeResult<byte[], byte[]> result) => new()
    {
        Coordinates = new(result.Topic, result.Partition.Value, result.Offset.Value),
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs),
        Key = result.Message.Key,
        Value = result.Message.Value,
    };

    private ConsumerConfig Settings() => _kafka.Connect(new ConsumerConfig
    {
        // Required by the client and never used: no join, no commit.
        GroupId = "matcher-rebuild",
        EnableAutoCommit = false,
        EnablePartitionEof = true,
        AutoOffsetReset = AutoOffsetReset.Earliest,
    });
}
