using System.Globalization;
using Confluent.Kafka;

namespace TrackHub.Platform.Streams;

/// <summary>Every librdkafka property that TrackHub's promises depend on, in one place: none is left to a default that a version may change.</summary>
/// <remarks>Source: https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md.</remarks>
internal static class ClientSettings
{
    public static ConsumerConfig Consumer(KafkaOptions kafka, RecordConsumerOptions options) => Apply(kafka, options.Group, new ConsumerConfig
    {
        GroupId = options.Group,
        PartitionAssignmentStrategy = options.Assignor is Assignor.CooperativeSticky
            ? PartitionAssignmentStrategy.CooperativeSticky
            : PartitionAssignmentStrategy.Range,
        SessionTimeoutMs = (int)kafka.SessionTimeout.TotalMilliseconds,
        HeartbeatIntervalMs = (int)Math.Min(3_000, kafka.SessionTimeout.TotalMilliseconds / 3),
        MaxPollIntervalMs = (int)Math.Max(300_000, kafka.SessionTimeout.TotalMilliseconds),

        // The client commits by itself what we store, and withholds commits during a rebalance; we store only what is done.
        EnableAutoCommit = true,
        AutoCommitIntervalMs = 1_000,
        EnableAutoOffsetStore = false,

        // A first start is explicit in ConsumerLoop; afterwards a missing offset means lost records, and must not pass in silence.
        AutoOffsetReset = AutoOffsetReset.Error,
        EnablePartitionEof = false,

        // No transactions are used, so none of a stranger, left hanging, may stall us.
        IsolationLevel = IsolationLevel.ReadUncommitted,
        CheckCrcs = true,

        // One fetch a broker is in flight, so a resumed partition waits for the long poll of the others: keep it short.
        FetchMinBytes = options.FetchLinger > TimeSpan.Zero ? 64 << 10 : 1,
        FetchWaitMaxMs = options.FetchLinger > TimeSpan.Zero ? (int)Math.Ceiling(options.FetchLinger.TotalMilliseconds) : 100,
        FetchQueueBackoffMs = 50,
        FetchErrorBackoffMs = 200,
        MaxPartitionFetchBytes = 1 << 20,
        FetchMaxBytes = 16 << 20,
        QueuedMinMessages = 10_000,
        QueuedMaxMessagesKbytes = 32 << 10,   // full: the client fetches no further
        AllowAutoCreateTopics = false,
    });

    public static ProducerConfig Producer(KafkaOptions kafka, ProducerOptions options) => Apply(kafka, "producer", new ProducerConfig
    {
        Acks = Acks.All,
        EnableIdempotence = true,
        MaxInFlight = 5,   // the most that idempotence keeps in order
        MessageTimeoutMs = (int)options.MessageTimeout.TotalMilliseconds,
        RequestTimeoutMs = (int)Math.Min(30_000, options.MessageTimeout.TotalMilliseconds),
        MessageSendMaxRetries = int.MaxValue,   // MessageTimeout is the limit
        RetryBackoffMs = 50,
        RetryBackoffMaxMs = 1_000,
        LingerMs = options.Linger.TotalMilliseconds,
        BatchSize = 1_000_000,
        BatchNumMessages = 10_000,
        QueueBufferingMaxMessages = options.QueueRecords,
        QueueBufferingMaxKbytes = options.QueueKilobytes,
        MessageMaxBytes = 1 << 20,
        CompressionType = Enum.Parse<CompressionType>(kafka.Compression, ignoreCase: true),

        // The partitioner of the Java client: equal keys meet in one partition whoever produces them.
        Partitioner = Partitioner.Murmur2Random,
        EnableDeliveryReports = true,
        DeliveryReportFields = "status",   // key and value are not copied back
    });

    public static AdminClientConfig Admin(KafkaOptions kafka) => Apply(kafka, "admin", new AdminClientConfig());

    private static T Apply<T>(KafkaOptions kafka, string client, T config)
        where T : ClientConfig
    {
        config.ClientId = string.Create(CultureInfo.InvariantCulture, $"trackhub-{client}-{Environment.ProcessId}");

        // A restarted broker is found again within a second.
        config.ReconnectBackoffMs = 50;
        config.ReconnectBackoffMaxMs = 1_000;
        config.SocketKeepaliveEnable = true;
        config.SocketNagleDisable = true;
        config.SocketTimeoutMs = 30_000;
        config.SocketConnectionSetupTimeoutMs = 10_000;
        config.TopicMetadataRefreshIntervalMs = 60_000;
        config.MetadataMaxAgeMs = 180_000;
        config.StatisticsIntervalMs = 0;
        config.LogConnectionClose = false;
        return kafka.Connect(config);
    }
}
