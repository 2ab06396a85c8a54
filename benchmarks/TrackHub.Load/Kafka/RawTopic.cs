using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TrackHub.Platform.Streams;

namespace TrackHub.Load.Kafka;

/// <summary>A topic of this run alone on some cluster, deleted when done.</summary>
internal sealed class RawTopic : IAsyncDisposable
{
    /// <summary>Partitions: as many as librdkafka's mock cluster gives a topic.</summary>
    public const int Partitions = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly bool _deletes;

    private RawTopic(string bootstrap, string name, bool deletes) => (Bootstrap, Name, _deletes) = (bootstrap, name, deletes);

    /// <summary>Its cluster.</summary>
    public string Bootstrap { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Makes one.</summary>
    public static async Task<RawTopic> CreateAsync(string bootstrap, string name)
    {
        using var admin = Admin(bootstrap);
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = Partitions, ReplicationFactor = -1 }], new() { RequestTimeout = Limit });
        return new(bootstrap, name, deletes: true);
    }

    /// <summary>One on a mock cluster, which makes topics when asked for them and ends with its process.</summary>
    public static RawTopic OnMock(string bootstrap, string name) => new(bootstrap, name, deletes: false);

    /// <summary>A producer with TrackHub's own settings.</summary>
    public IProducer<byte[], byte[]> Producer() =>
        new ProducerBuilder<byte[], byte[]>(ClientSettings.Producer(new() { BootstrapServers = Bootstrap }, new())).SetLogHandler(static (_, _) => { }).Build();

    /// <summary>A consumer of some of its partitions, with TrackHub's own settings; commits nothing.</summary>
    /// <param name="number">Which consumer.</param>
    /// <param name="of">Of how many that share the partitions.</param>
    /// <param name="fromStart">Whether from the start of each partition, else from what is its end now.</param>
    public IConsumer<byte[], byte[]> Consumer(int number, int of, bool fromStart)
    {
        var config = ClientSettings.Consumer(new() { BootstrapServers = Bootstrap }, new() { Group = "load", Topics = [] });
        (config.EnableAutoCommit, config.EnablePartitionEof, config.AutoOffsetReset) = (false, true, AutoOffsetReset.Earliest);
        var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler(static (_, _) => { }).Build();
        var partitions = Enumerable.Range(0, Partitions).Where(partition => partition % of == number).Select(partition => new TopicPartition(Name, partition));

        // Offset.End would be looked up later, behind records that are awaited.
        consumer.Assign([.. partitions.Select(partition => new TopicPartitionOffset(partition, fromStart ? Offset.Beginning : consumer.QueryWatermarkOffsets(partition, Limit).High))]);
        return consumer;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_deletes)
            return;
        using var admin = Admin(Bootstrap);
        await admin.DeleteTopicsAsync([Name], new() { RequestTimeout = Limit });
    }

    private static IAdminClient Admin(string bootstrap) =>
        new AdminClientBuilder(ClientSettings.Admin(new() { BootstrapServers = bootstrap })).SetLogHandler(static (_, _) => { }).Build();
}
