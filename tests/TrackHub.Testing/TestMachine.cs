using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Schemas;

namespace TrackHub.Testing;

/// <summary>Addresses of a log and its schema registry.</summary>
/// <param name="BootstrapServers">As Kafka clients take them.</param>
/// <param name="Registry">Base address of the registry.</param>
public sealed record TestKafka(string BootstrapServers, Uri Registry);

/// <summary>The servers tests share: each is started once per test process when first asked for, and is gone with the process.</summary>
/// <remarks>
/// Tests do not disturb each other because each takes a database, a Redis database, topics or a brand of its own. <c>TRACKHUB_TEST_KAFKA</c> (host:port)
/// and <c>TRACKHUB_TEST_REGISTRY</c> (address) name a real cluster to be used in place of the local broker.
/// </remarks>
public static class TestMachine
{
    private static readonly Lazy<Task<TestKafka>> SharedKafka = new(StartKafkaAsync);
    private static readonly Lazy<Task<PostgresServer>> SharedPostgres = new(static () => PostgresServer.StartAsync());
    private static readonly Lazy<Task<RedisServer>> SharedRedis = new(RedisServer.StartAsync);

    /// <summary>The log: the local broker in this process, or the cluster that the environment names.</summary>
    public static Task<TestKafka> KafkaAsync() => SharedKafka.Value;

    /// <summary>A PostgreSQL that keeps nothing over a crash; take databases from it.</summary>
    public static Task<PostgresServer> PostgresAsync() => SharedPostgres.Value;

    /// <summary>A Redis; take database numbers from it.</summary>
    public static Task<RedisServer> RedisAsync() => SharedRedis.Value;

    /// <summary>Makes a topic like another one, under a name that no other test uses.</summary>
    /// <param name="like">Its settings and value type.</param>
    /// <param name="partitions">Its partitions; null for as many as the other has.</param>
    public static async Task<TopicDefinition> CreateTopicAsync(TopicDefinition like, int? partitions = null)
    {
        var topic = like with { Name = $"{like.Name}-{Guid.NewGuid():N}", Partitions = partitions ?? like.Partitions };
        var kafka = await KafkaAsync();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = topic.Name,
                NumPartitions = topic.Partitions,
                ReplicationFactor = -1,
                Configs = new() { ["message.timestamp.type"] = topic.LogAppendTime ? "LogAppendTime" : "CreateTime" },
            },
        ]);
        return topic;
    }

    /// <summary>Starts a broker of one test alone, for tests that stop it.</summary>
    /// <param name="folder">Its log; a broker started there again goes on with it.</param>
    /// <param name="port">Its Kafka port; 0 takes a free one.</param>
    /// <param name="registryPort">Its registry's port; 0 takes a free one.</param>
    /// <param name="clock">Its time; the system's if null.</param>
    /// <param name="advertisedHost">Where it tells clients to connect to, such as <see cref="BrokerProxy.Host"/>; its own address if null.</param>
    public static Task<LocalKafkaHost> StartBrokerAsync(
        string folder, int port = 0, int registryPort = 0, TimeProvider? clock = null, string? advertisedHost = null) => LocalKafkaHost.StartAsync(
        new()
        {
            DataDirectory = folder,
            Port = port,
            RegistryPort = registryPort,
            AdvertisedHost = advertisedHost,
            GroupMinSessionTimeout = TimeSpan.FromMilliseconds(500),
        },
        NullLoggerFactory.Instance,
        clock);

    private static async Task<TestKafka> StartKafkaAsync()
    {
        if (Environment.GetEnvironmentVariable("TRACKHUB_TEST_KAFKA") is { Length: > 0 } cluster)
        {
            var registry = Environment.GetEnvironmentVariable("TRACKHUB_TEST_REGISTRY")
                ?? throw new InvalidOperationException("TRACKHUB_TEST_KAFKA is set, TRACKHUB_TEST_REGISTRY is not. Remedy: set it to the registry's address.");
            return new(cluster, new(registry));
        }

        // Stopped by the end of the process: its log is not needed afterwards.
        var broker = await StartBrokerAsync(TestFolder.Next("kafka"));
        return new(broker.BootstrapServers, broker.RegistryAddress);
    }
}
