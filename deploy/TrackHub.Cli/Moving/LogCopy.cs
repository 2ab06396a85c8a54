using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.Cli.Moving;

/// <summary>A topic that was copied.</summary>
internal sealed record CopiedTopic(string Name, int Partitions, long Records);

/// <summary>
/// Copies topics from a cluster at rest to another: every record into the same partition, in order, with key, value, headers and time. Topics
/// that are missing are made with the settings of the old ones.
/// </summary>
internal sealed class LogCopy(Cluster from, Cluster to)
{
    // Longer than any cluster elects a leader.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>Copies them all.</summary>
    /// <param name="topics">Which.</param>
    /// <param name="positions">Asked for positions to be carried; told of each record.</param>
    /// <param name="cancellationToken">Ends the copy where it is.</param>
    /// <exception cref="CommandException">A topic is missing, shaped otherwise or not empty at the target, or somebody writes to the source.</exception>
    public async Task<IReadOnlyList<CopiedTopic>> RunAsync(IReadOnlyCollection<string> topics, CarriedPositions positions, CancellationToken cancellationToken)
    {
        var partitions = await LayOutAsync(topics);
        var starts = await from.OffsetsAsync(partitions, OffsetSpec.Earliest());
        var ends = await from.OffsetsAsync(partitions, OffsetSpec.Latest());

        var stamped = new List<string>();
        foreach (var topic in topics)
        {
            if (await to.HasAppendTimeAsync(topic)) stamped.Add(topic);
        }

        // Records keep the time they were appended at; what is appended later bears its own again.
        foreach (var topic in stamped) await to.SetProducersTimeAsync(topic, isProducers: true);
        try
        {
            // The client blocks: not on the caller's thread.
            await Task.Run(() => Copy(starts, ends, positions, cancellationToken), cancellationToken);
        }
        finally
        {
            foreach (var topic in stamped) await to.SetProducersTimeAsync(topic, isProducers: false);
        }

        var moved = (await from.OffsetsAsync(partitions, OffsetSpec.Latest())).Where(end => end.Value != ends[end.Key]).Select(static end => end.Key.Topic).Distinct().ToList();
        if (moved.Count > 0) throw new CommandException($"Somebody wrote to {string.Join(", ", moved)} meanwhile. Stop them, delete the copy and begin again.");
        var arrived = await to.OffsetsAsync(partitions, OffsetSpec.Latest());
        var cut = partitions.Find(partition => arrived[partition] != positions.Copied(partition));
        if (cut is not null) throw new CommandException($"{cut} ends at {arrived[cut]} in the copy, {positions.Copied(cut)} records were sent: somebody else writes to it. Delete the copy and begin again.");

        return [.. partitions.GroupBy(static p => p.Topic, StringComparer.Ordinal).Select(topic => new CopiedTopic(topic.Key, topic.Count(), topic.Sum(positions.Copied)))];
    }

    /// <summary>Makes what is missing at the target and says what is to be copied.</summary>
    private async Task<List<TopicPartition>> LayOutAsync(IReadOnlyCollection<string> topics)
    {
        var (old, known) = (await from.TopicsAsync(), await to.TopicsAsync());
        foreach (var topic in topics)
        {
            if (!old.TryGetValue(topic, out var count)) throw new CommandException($"{from.Settings.BootstrapServers} has no topic {topic}.");
            if (!known.TryGetValue(topic, out var others)) await to.CreateAsync(topic, count, await from.ConfigAsync(topic));
            else if (others != count) throw new CommandException($"{topic} has {count} partitions in the old log and {others} in the new one: keys would lie elsewhere. Delete it there and begin again.");
        }

        var partitions = topics.SelectMany(topic => Enumerable.Range(0, old[topic]).Select(number => new TopicPartition(topic, number))).ToList();
        var full = (await to.OffsetsAsync(partitions, OffsetSpec.Latest())).Where(static end => end.Value > 0).Select(static end => end.Key.Topic).Distinct().ToList();
        return full.Count == 0 ? partitions : throw new CommandException($"{string.Join(", ", full)} already held records at {to.Settings.BootstrapServers}. Delete them there, or leave them out by --topic.");
    }

    private void Copy(IReadOnlyDictionary<TopicPartition, long> starts, IReadOnlyDictionary<TopicPartition, long> ends, CarriedPositions positions, CancellationToken cancellationToken)
    {
        Error? refused = null;
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(to.With(new ProducerConfig
        {
            Acks = Acks.All,
            EnableIdempotence = true,
            LingerMs = 20,
            CompressionType = CompressionType.Lz4,
            MessageTimeoutMs = (int)Patience.TotalMilliseconds,
            MessageMaxBytes = 16 << 20,   // the topic's own limit counts
        })).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(from.With(new ConsumerConfig
        {
            GroupId = "trackhub-copy",   // asked for by the client; never joined
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Error,
            AllowAutoCreateTopics = false,
        })).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();

        var open = ends.Where(end => end.Value > starts[end.Key]).Select(static end => end.Key).ToHashSet();
        consumer.Assign(open.Select(partition => new TopicPartitionOffset(partition, starts[partition])));
        for (var waited = TimeSpan.Zero; open.Count > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (consumer.Consume(Look) is not { } read)
            {
                waited += Look;
                if (waited > Patience) throw new TimeoutException($"{from.Settings.BootstrapServers} sent nothing for {Patience.TotalSeconds:0} s");
                continue;
            }

            waited = TimeSpan.Zero;
            if (!read.IsPartitionEOF)
            {
                positions.Passed(read.TopicPartition, read.Offset.Value);
                Send(producer, read, report => refused ??= report.Error.IsError ? report.Error : null);
            }

            // Compaction may have taken the last record: then the end is told alone.
            if (read.Offset.Value + (read.IsPartitionEOF ? 0 : 1) >= ends[read.TopicPartition]) open.Remove(read.TopicPartition);
            if (refused is not null) break;
        }

        producer.Flush(cancellationToken);
        if (refused is not null) throw new CommandException($"{to.Settings.BootstrapServers} refused a record: {refused.Reason}. Delete the copy, remove the cause and begin again.");
    }

    private static void Send(IProducer<byte[]?, byte[]?> producer, ConsumeResult<byte[]?, byte[]?> read, Action<DeliveryReport<byte[]?, byte[]?>> told)
    {
        var time = read.Message.Timestamp;
        var record = new Message<byte[]?, byte[]?>
        {
            Key = read.Message.Key,
            Value = read.Message.Value,
            Headers = read.Message.Headers,
            Timestamp = time.Type == TimestampType.NotAvailable ? Timestamp.Default : new Timestamp(time.UnixTimestampMs, TimestampType.CreateTime),
        };
        while (true)
        {
            try
            {
                producer.Produce(read.TopicPartition, record, told);
                return;
            }
            catch (ProduceException<byte[]?, byte[]?> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(Look);
            }
        }
    }
}
