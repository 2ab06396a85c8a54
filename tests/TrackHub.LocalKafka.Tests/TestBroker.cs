using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Tests;

/// <summary>A broker on free ports over a folder of its own, with the clients tests use against it.</summary>
public sealed class TestBroker : IAsyncLifetime, IDisposable
{
    private static int _names;
    private LocalKafkaHost _host = null!;
    private Action<LocalKafkaOptions>? _configure;

    /// <summary>Where the log is; the folder goes when the test is done.</summary>
    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("localkafka-").FullName;

    public string BootstrapServers => _host.BootstrapServers;

    public int Port => _host.Port;

    public Uri Registry => _host.RegistryAddress;

    public Task InitializeAsync() => StartAsync(port: 0);

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => Directory.Delete(DataDirectory, recursive: true);

    /// <summary>A running broker for one test.</summary>
    public static async Task<TestBroker> RunAsync(Action<LocalKafkaOptions>? configure = null)
    {
        var broker = new TestBroker { _configure = configure };
        await broker.InitializeAsync();
        return broker;
    }

    /// <summary>Stops the broker and starts it again on the same folder and port, after <paramref name="meanwhile"/>.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        var port = Port;
        await _host.DisposeAsync();
        meanwhile?.Invoke();
        await StartAsync(port);
    }

    /// <summary>A topic name no other test uses.</summary>
    public static string NewName(string prefix = "topic") => $"{prefix}-{Interlocked.Increment(ref _names)}-{Guid.NewGuid():N}"[..30];

    /// <summary>Creates a topic and returns its name.</summary>
    public async Task<string> CreateTopicAsync(int partitions = 1, params (string Name, string Value)[] config)
    {
        var name = NewName();
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = config.ToDictionary(static setting => setting.Name, static setting => setting.Value),
        }]);
        return name;
    }

    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers })
        .SetLogHandler(static (_, _) => { })
        .Build();

    public IProducer<string?, string?> Producer(Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig { BootstrapServers = BootstrapServers, Acks = Acks.All, LingerMs = 1 };
        configure?.Invoke(config);
        return new ProducerBuilder<string?, string?>(config).SetLogHandler(static (_, _) => { }).Build();
    }

    public IConsumer<string?, string?> Consumer(Action<ConsumerConfig>? configure = null)
    {
        var config = Configure(configure);
        return new ConsumerBuilder<string?, string?>(config).SetLogHandler(static (_, _) => { }).Build();
    }

    /// <summary>Settings of a test's consumer: earliest, commits by hand, prompt joins.</summary>
    public ConsumerConfig Configure(Action<ConsumerConfig>? configure = null)
    {
        var config = new ConsumerConfig
        {
            BootstrapServers = BootstrapServers,
            GroupId = NewName("group"),
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            EnablePartitionEof = false,
            HeartbeatIntervalMs = 200,
            FetchWaitMaxMs = 100,
        };
        configure?.Invoke(config);
        return config;
    }

    /// <summary>Reads a partition from an offset on until <paramref name="count"/> records have come; fails after 20 s.</summary>
    public List<ConsumeResult<string?, string?>> Read(string topic, int partition, int count, long from = 0)
    {
        using var consumer = Consumer();
        consumer.Assign(new TopicPartitionOffset(topic, partition, from));
        return Take(consumer, count);
    }

    /// <summary>Takes <paramref name="count"/> records from a consumer; fails after 20 s.</summary>
    public static List<ConsumeResult<string?, string?>> Take(IConsumer<string?, string?> consumer, int count)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var taken = new List<ConsumeResult<string?, string?>>();
        while (taken.Count < count)
            taken.Add(consumer.Consume(deadline.Token));
        return taken;
    }

    /// <summary>The files of one partition, oldest first.</summary>
    public string[] SegmentsOf(string topic, int partition) =>
        [.. Directory.GetDirectories(Path.Combine(DataDirectory, "topics"), topic + "~*")
            .SelectMany(path => Directory.GetFiles(Path.Combine(path, partition.ToString()), "*.log"))
            .Order(StringComparer.Ordinal)];

    private async Task StartAsync(int port)
    {
        var options = new LocalKafkaOptions { DataDirectory = DataDirectory, Port = port, RegistryPort = 0 };
        _configure?.Invoke(options);
        _host = await LocalKafkaHost.StartAsync(options, NullLoggerFactory.Instance);
    }
}
