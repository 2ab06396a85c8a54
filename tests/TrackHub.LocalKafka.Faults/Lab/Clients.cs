using Confluent.Kafka;

namespace TrackHub.LocalKafka.Faults.Lab;

/// <summary>Real clients with short waits, so that a lab finds its broker again soon after it came back.</summary>
internal sealed class Clients(string bootstrapServers)
{
    public IAdminClient Admin() => new AdminClientBuilder(Patient(new AdminClientConfig { SocketTimeoutMs = 10_000 })).SetLogHandler(static (_, _) => { })
        .SetErrorHandler(static (_, _) => { }).Build();

    /// <param name="config">What differs from acks=all and a short linger.</param>
    /// <param name="onFatal">Told of what a client cannot recover from.</param>
    public IProducer<string, string> Producer(ProducerConfig config, Action<Error> onFatal)
    {
        config.Acks = Acks.All;
        config.LingerMs = 2;
        config.RetryBackoffMs = 20;
        config.RetryBackoffMaxMs = 100;
        return new ProducerBuilder<string, string>(Patient(config)).SetLogHandler(static (_, _) => { })
            .SetErrorHandler((_, error) => TellFatal(error, onFatal)).Build();
    }

    /// <summary>A consumer that commits by hand.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="configure">What differs.</param>
    /// <param name="handlers">Rebalance handlers.</param>
    public IConsumer<string, string> Consumer(
        string group, Action<ConsumerConfig>? configure = null, Action<ConsumerBuilder<string, string>>? handlers = null)
    {
        var config = Patient(new ConsumerConfig
        {
            GroupId = group,
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            CheckCrcs = true,
            FetchWaitMaxMs = 100,
            HeartbeatIntervalMs = 300,
            SessionTimeoutMs = 6000,
        });
        configure?.Invoke(config);
        var builder = new ConsumerBuilder<string, string>(config).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { });
        handlers?.Invoke(builder);
        return builder.Build();
    }

    private static void TellFatal(Error error, Action<Error> onFatal)
    {
        if (error.IsFatal)
            onFatal(error);
    }

    private T Patient<T>(T config)
        where T : ClientConfig
    {
        config.BootstrapServers = bootstrapServers;
        config.ReconnectBackoffMs = 20;
        config.ReconnectBackoffMaxMs = 100;
        return config;
    }
}
