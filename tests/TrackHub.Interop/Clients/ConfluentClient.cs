using Confluent.Kafka;

namespace TrackHub.Interop.Clients;

/// <summary>Confluent.Kafka over librdkafka, in this process: the client TrackHub uses, and the one the others are compared with.</summary>
internal sealed partial class ConfluentClient(ClientFacts facts, string bootstrapServers) : ForeignClient(facts)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    public override string Version => typeof(IConsumer<,>).Assembly.GetName().Version!.ToString(3);

    public override async Task WriteAsync(string topic, string codec, bool idempotent, IReadOnlyList<ClientRecord> records)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = bootstrapServers,
            Acks = Acks.All,
            LingerMs = 20,
            EnableIdempotence = idempotent,
            CompressionType = Enum.Parse<CompressionType>(codec, ignoreCase: true),
        }).Build();
        await Task.WhenAll(records.Select(record => producer.ProduceAsync(new TopicPartition(topic, record.Partition), new Message<byte[]?, byte[]?>
        {
            Key = record.Key,
            Value = record.Value,
            Headers = [.. record.Headers.Select(static header => new Header(header.Name, header.Value))],
            Timestamp = new Timestamp(record.Time, TimestampType.CreateTime),
        })));
    }

    public override Task<IReadOnlyList<ClientRecord>> ReadAsync(string topic, int partitions, int count) => Task.Run(() =>
        Take([.. Partitions(topic, partitions).Select(static partition => new TopicPartitionOffset(partition, Offset.Beginning))], count));

    public override Task<Sought> SeekAsync(string topic, int partitions, long time, int count) => Task.Run(() =>
    {
        using var consumer = Consumer("reader", static _ => { });
        var times = Partitions(topic, partitions).Select(partition => new TopicPartitionTimestamp(partition, new Timestamp(time, TimestampType.CreateTime)));
        var found = consumer.OffsetsForTimes(times, Limit).ConvertAll(one =>
            one.Offset == Offset.End ? new(one.TopicPartition, consumer.QueryWatermarkOffsets(one.TopicPartition, Limit).High) : one);
        consumer.Close();
        return new Sought([.. found.Select(static one => one.Offset.Value)], Take(found, count));
    });

    public override Task<string?> BeginTransactionAsync() => Task.Run(() =>
    {
        using var producer = new ProducerBuilder<Null, Null>(new ProducerConfig { BootstrapServers = bootstrapServers, TransactionalId = "any" }).Build();
        try
        {
            producer.InitTransactions(Limit);
            return null;
        }
        catch (KafkaException refused)
        {
            return (string?)refused.Error.Reason;
        }
    });

    public override Task<string?> JoinNewGroupAsync(string group, string topic) =>
        throw new NotSupportedException("Told by nobody that there are no such groups, it asks again for ever.");

    public override Task<GroupMember> JoinAsync(string group, string topic, bool cooperative = false)
    {
        // Cancelled by the member when it leaves, which ends the loop.
        var stopping = new CancellationTokenSource();
        var polling = Task.CompletedTask;
        IConsumer<byte[]?, byte[]?> consumer = null!;
        var member = new GroupMember(
            () => Task.Run(() => consumer.Commit()),
            async () =>
            {
                await stopping.CancelAsync();
                await polling;
                stopping.Dispose();
            });
        consumer = Consumer(
            group,
            builder => builder
                .SetPartitionsAssignedHandler((_, assigned) => member.Gains(assigned.Select(static one => one.Partition.Value)))
                .SetPartitionsRevokedHandler((_, revoked) => member.Loses(revoked.Select(static one => one.Partition.Value))),
            cooperative);
        consumer.Subscribe(topic);
        polling = Task.Factory.StartNew(() => Poll(consumer, member, stopping.Token), TaskCreationOptions.LongRunning);
        return Task.FromResult(member);
    }

    private static IEnumerable<TopicPartition> Partitions(string topic, int count) =>
        Enumerable.Range(0, count).Select(partition => new TopicPartition(topic, partition));

    private static void Poll(IConsumer<byte[]?, byte[]?> consumer, GroupMember member, CancellationToken stoppingToken)
    {
        using (consumer)
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { } result)
                    member.Met(Read(result));
            }

            consumer.Close();
        }
    }

    private static ClientRecord Read(ConsumeResult<byte[]?, byte[]?> result) => new(
        result.Partition.Value,
        result.Offset.Value,
        result.Message.Key,
        result.Message.Value,
        [.. result.Message.Headers.Select(static header => new ClientHeader(header.Key, header.GetValueBytes()))],
        result.Message.Timestamp.UnixTimestampMs);

    private IReadOnlyList<ClientRecord> Take(IEnumerable<TopicPartitionOffset> from, int count)
    {
        using var deadline = new CancellationTokenSource(Limit);
        using var consumer = Consumer("reader", static _ => { });
        consumer.Assign(from);
        var taken = new List<ClientRecord>();
        while (taken.Count < count)
            taken.Add(Read(consumer.Consume(deadline.Token)));
        consumer.Close();
        return taken;
    }

    private IConsumer<byte[]?, byte[]?> Consumer(string group, Action<ConsumerBuilder<byte[]?, byte[]?>> configure, bool cooperative = false)
    {
        var builder = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            CheckCrcs = true,
            FetchWaitMaxMs = 100,
            SessionTimeoutMs = 10_000,
            HeartbeatIntervalMs = 200,
            PartitionAssignmentStrategy = cooperative ? PartitionAssignmentStrategy.CooperativeSticky : null,
        });
        configure(builder);
        return builder.Build();
    }
}
