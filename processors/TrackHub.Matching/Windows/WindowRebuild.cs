using Confluent.Kafka;
using Microsoft.Extensions.Options;
using TrackHub.Matching.Consents;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>What one source gave a rebuild.</summary>
internal readonly record struct RebuiltPart(long Events, TimeSpan Took);

/// <summary>What a rebuild read.</summary>
/// <param name="FromLog">From <c>track-events</c>.</param>
/// <param name="FromTable">From <c>clicks</c> and <c>identities</c>; nothing where the log reaches back far enough.</param>
internal readonly record struct RebuiltWindows(RebuiltPart FromLog, RebuiltPart FromTable);

/// <summary>
/// Feeds the windows again from <c>track-events</c>, from the start of the longest window to the end as it is now, and from the table <c>clicks</c> what the
/// log no longer holds of it. Reads by assign, beside the group's own feed, whose writes do not disturb it: all of them are idempotent.
/// </summary>
internal sealed class WindowRebuild(
    IOptions<KafkaOptions> kafka, RecordCodec codec, ConsentStore consents, WindowApplier applier, AppliedPositions positions, ClickTable table,
    TenantDirectory directory, TimeProvider clock)
{
    private const int ChunkRecords = 2_000;
    private static readonly TimeSpan BrokerPatience = TimeSpan.FromSeconds(10);
    private readonly KafkaOptions _kafka = kafka.Value;

    /// <summary>Reads and applies everything.</summary>
    /// <param name="alive">Called at least once per chunk, so that the caller keeps its lock.</param>
    /// <exception cref="DependencyAwayException">Kafka, Redis or PostgreSQL does not answer; begin again later.</exception>
    public async Task<RebuiltWindows> RunAsync(Func<CancellationToken, Task> alive, CancellationToken cancellationToken)
    {
        // Without its brands nothing would be read, and the windows would be called whole.
        if (!directory.IsLoaded)
            throw new DependencyAwayException("directory", null);

        try
        {
            using var consumer = new ConsumerBuilder<byte[], byte[]>(Settings()).Build();
            var now = clock.GetUtcNow();
            var from = now - directory.Current.Brands.Select(static brand => brand.Settings.Window).DefaultIfEmpty(TimeSpan.Zero).Max();
            var plan = await Task.Run(() => Plan(consumer, from), cancellationToken);
            var reading = new Reading(consumer, plan);
            var (read, started) = (0L, clock.GetTimestamp());
            var next = TakeAsync(reading, cancellationToken);
            var writing = Task.CompletedTask;
            try
            {
                while (await next is { Count: > 0 } chunk)
                {
                    // The next chunk is read and this one encoded while Redis takes the one before; in which order they arrive changes nothing.
                    next = TakeAsync(reading, cancellationToken);
                    await alive(cancellationToken);
                    var before = writing;
                    writing = ApplyAsync(chunk, cancellationToken);
                    await before;
                    read += chunk.Count;
                }

                await writing;
            }
            finally
            {
                // Whatever ends this: nobody may be reading when the consumer is closed.
                await Task.WhenAny(next);
                await Task.WhenAny(writing);
            }

            var log = new RebuiltPart(read, clock.GetElapsedTime(started));
            (read, started) = (0, clock.GetTimestamp());
            if (LogReach.CompleteSince([.. plan.Select(p => new PartitionReach(p.Low, p.Start, p.End, reading.FirstAt(p.Partition)))], now) is { } since && since > from)
                read = await ApplyTableAsync(from, since, alive, cancellationToken);
            await positions.AdvanceAsync(reading.Reached.ToDictionary(static r => r.Key, static r => new AppliedRange(0, r.Value)), cancellationToken);
            return new(log, new(read, clock.GetElapsedTime(started)));
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
        await applier.ApplyAsync(events, takesLate: false, cancellationToken);
    }

    private async Task<long> ApplyTableAsync(DateTimeOffset from, DateTimeOffset before, Func<CancellationToken, Task> alive, CancellationToken cancellationToken)
    {
        var read = 0L;
        await foreach (var chunk in table.ReadAsync(from, before, ChunkRecords, cancellationToken))
        {
            await alive(cancellationToken);
            await applier.ApplyAsync(chunk, takesLate: false, cancellationToken);
            read += chunk.Count;
        }

        return read;
    }

    private static List<Planned> Plan(IConsumer<byte[], byte[]> consumer, DateTimeOffset from)
    {
        var partitions = Enumerable.Range(0, Topics.TrackEvents.Partitions).Select(static p => new TopicPartition(Topics.TrackEvents.Name, p)).ToList();
        var starts = consumer.OffsetsForTimes(partitions.Select(p => new TopicPartitionTimestamp(p, new Timestamp(from.UtcDateTime))), BrokerPatience);
        return [.. starts.Select(start =>
        {
            var ends = consumer.QueryWatermarkOffsets(start.TopicPartition, BrokerPatience);
            return new Planned(start.Partition.Value, ends.Low.Value, start.Offset == Offset.End ? ends.High.Value : start.Offset.Value, ends.High.Value);
        })];
    }

    private Task<List<StreamRecord>> TakeAsync(Reading reading, CancellationToken cancellationToken) => Task.Run(() => Take(reading, cancellationToken), cancellationToken);

    private List<StreamRecord> Take(Reading reading, CancellationToken cancellationToken)
    {
        var chunk = new List<StreamRecord>(ChunkRecords);
        var started = clock.GetTimestamp();
        while (chunk.Count < ChunkRecords && reading.IsOpen)
        {
            var result = reading.Consume();
            cancellationToken.ThrowIfCancellationRequested();
            if (result is null)
            {
                if (chunk.Count > 0)
                    break;
                if (clock.GetElapsedTime(started) > BrokerPatience)
                    throw new DependencyAwayException("kafka", new TimeoutException("The log gave no record in time."));
                continue;
            }

            if (!result.IsPartitionEOF)
                chunk.Add(ToRecord(result));
        }

        return chunk;
    }

    private readonly record struct Planned(int Partition, long Low, long Start, long End);

    /// <summary>How far the plan is read. One reader at a time.</summary>
    private sealed class Reading
    {
        private readonly IConsumer<byte[], byte[]> _consumer;
        private readonly Dictionary<int, long> _open;
        private readonly Dictionary<int, DateTimeOffset> _first = [];

        public Reading(IConsumer<byte[], byte[]> consumer, IReadOnlyList<Planned> plan)
        {
            _consumer = consumer;
            _open = plan.Where(static p => p.Start < p.End).ToDictionary(static p => p.Partition, static p => p.End);
            Reached = plan.ToDictionary(static p => p.Partition, static p => new AppliedPosition(p.End, 0));
            consumer.Assign(plan.Where(static p => p.Start < p.End).Select(static p => new TopicPartitionOffset(Topics.TrackEvents.Name, p.Partition, p.Start)));
        }

        /// <summary>Whether something of the plan is still to be read.</summary>
        public bool IsOpen => _open.Count > 0;

        /// <summary>What the windows hold when all that was read is written.</summary>
        public Dictionary<int, AppliedPosition> Reached { get; }

        /// <summary>Append time of a partition's first record.</summary>
        public DateTimeOffset? FirstAt(int partition) => _first.TryGetValue(partition, out var at) ? at : null;

        /// <summary>The next record or end of a partition; null if neither came for a while.</summary>
        public ConsumeResult<byte[], byte[]>? Consume()
        {
            if (_consumer.Consume(TimeSpan.FromMilliseconds(200)) is not { } result)
                return null;

            var partition = result.Partition.Value;
            if (!result.IsPartitionEOF)
            {
                Reached[partition] = new(Math.Max(Reached[partition].NextOffset, result.Offset.Value + 1), result.Message.Timestamp.UnixTimestampMs);
                _first.TryAdd(partition, DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs));
            }

            var next = result.IsPartitionEOF ? result.Offset.Value : result.Offset.Value + 1;
            if (_open.TryGetValue(partition, out var end) && next >= end)
                _open.Remove(partition);
            return result;
        }
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
