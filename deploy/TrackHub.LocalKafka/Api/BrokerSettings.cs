using System.Globalization;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Api;

/// <summary>One of the broker's settings as Kafka names it.</summary>
/// <param name="Type">Type code of DescribeConfigs, as <see cref="TopicSetting.Type"/>.</param>
internal sealed record BrokerSetting(string Name, string Value, sbyte Type, bool IsDefault);

/// <summary>What a client can read of the broker's settings: its options, and what topics get that set nothing themselves.</summary>
/// <remarks>Names: https://kafka.apache.org/documentation/#brokerconfigs.</remarks>
internal static class BrokerSettings
{
    private const sbyte Boolean = 1;
    private const sbyte Text = 2;
    private const sbyte Int = 3;
    private const sbyte Long = 5;
    private const sbyte List = 7;

    private static readonly LocalKafkaOptions Defaults = new();

    /// <summary>All settings there are to read.</summary>
    public static List<BrokerSetting> Of(BrokerIdentity broker, LocalKafkaOptions options)
    {
        return
        [
            new("broker.id", Number(BrokerIdentity.NodeId), Int, IsDefault: false),
            new("node.id", Number(BrokerIdentity.NodeId), Int, IsDefault: false),
            new("advertised.listeners", $"{Protocol(broker, options)}://{broker.Address}", List, IsDefault: false),
            new("log.dirs", Path.GetFullPath(options.DataDirectory), List, IsDefault: false),
            Option("auto.create.topics.enable", Boolean, static options => options.AutoCreateTopics ? "true" : "false"),
            Option("num.partitions", Int, static options => Number(options.DefaultPartitions)),
            Option("socket.request.max.bytes", Int, static options => Number(options.MaxRequestBytes)),
            Option("offsets.retention.minutes", Int, static options => Number((long)options.OffsetsRetention.TotalMinutes)),
            Option("offsets.retention.check.interval.ms", Long, static options => Milliseconds(options.OffsetsRetentionCheckInterval)),
            Option("log.retention.check.interval.ms", Long, static options => Milliseconds(options.RetentionCheckInterval)),
            Option("group.min.session.timeout.ms", Int, static options => Milliseconds(options.GroupMinSessionTimeout)),
            Option("group.initial.rebalance.delay.ms", Int, static options => Milliseconds(options.GroupInitialRebalanceDelay)),
            Option("group.max.size", Int, static options => Number(options.GroupMaxSize)),
            new("group.max.session.timeout.ms", Milliseconds(GroupCoordinator.MaxSessionTimeout), Int, IsDefault: true),
            new("offset.metadata.max.bytes", Number(OffsetCommit.MaxMetadataLength), Int, IsDefault: true),
            new("default.replication.factor", "1", Int, IsDefault: true),
            new("delete.topic.enable", "true", Boolean, IsDefault: true),
            .. ForTopics,
        ];

        BrokerSetting Option(string name, sbyte type, Func<LocalKafkaOptions, string> value) =>
            new(name, value(options), type, value(options) == value(Defaults));
    }

    /// <summary>What a topic gets that sets nothing itself, under the names it has for brokers.</summary>
    private static IEnumerable<BrokerSetting> ForTopics => new (string Name, string OfTopic)[]
    {
        ("compression.type", "compression.type"),
        ("log.cleaner.delete.retention.ms", "delete.retention.ms"),
        ("log.cleanup.policy", "cleanup.policy"),
        ("log.flush.interval.messages", "flush.messages"),
        ("log.flush.interval.ms", "flush.ms"),
        ("log.message.timestamp.type", "message.timestamp.type"),
        ("log.retention.bytes", "retention.bytes"),
        ("log.retention.ms", "retention.ms"),
        ("log.roll.ms", "segment.ms"),
        ("log.segment.bytes", "segment.bytes"),
        ("message.max.bytes", "max.message.bytes"),
        ("min.insync.replicas", "min.insync.replicas"),
    }.Select(static names => new BrokerSetting(names.Name, TopicConfig.Known[names.OfTopic].Default, TopicConfig.Known[names.OfTopic].Type, IsDefault: true));

    /// <summary>What is spoken at the address a client came to: only the network's asks who it is.</summary>
    private static string Protocol(BrokerIdentity broker, LocalKafkaOptions options) =>
        options.Network is not { } network || broker.Host == (options.AdvertisedHost ?? options.Host) ? "PLAINTEXT"
        : network.CertificatePath is null ? "SASL_PLAINTEXT"
        : "SASL_SSL";

    private static string Milliseconds(TimeSpan time) => Number((long)time.TotalMilliseconds);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
