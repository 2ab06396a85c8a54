using TrackHub.LocalKafka.Api;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Network;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>The list of all request kinds that are served.</summary>
internal static class BrokerApis
{
    /// <summary>One object per API key, each with what it needs.</summary>
    public static ApiTable Build(
        TopicStore topics, GroupCoordinator groups, LocalKafkaOptions options, BrokerMetrics metrics)
    {
        var configs = new ConfigChanges(topics);
        return new ApiTable(
        [
            new Produce(topics, metrics),
            new Fetch(topics, metrics),
            new ListOffsets(topics),
            new Metadata(topics, options),
            new OffsetCommit(groups, topics),
            new OffsetFetch(groups.Store),
            new FindCoordinator(),
            new JoinGroup(groups),
            new Heartbeat(groups),
            new LeaveGroup(groups),
            new SyncGroup(groups),
            new DescribeGroups(groups),
            new ListGroups(groups),
            new SaslHandshake(),
            new CreateTopics(topics, options),
            new DeleteTopics(topics, groups.Store),
            new DeleteRecords(topics),
            new InitProducerId(topics.Catalog),
            new OffsetForLeaderEpoch(topics),
            new DescribeConfigs(topics, options),
            new AlterConfigs(configs),
            new DescribeLogDirs(topics, options),
            new SaslAuthenticate(),
            new CreatePartitions(topics, options),
            new DeleteGroups(groups),
            new IncrementalAlterConfigs(configs),
            new OffsetDelete(groups, topics),
            new DescribeCluster(),
            new ConsumerGroupHeartbeat(),
        ]);
    }
}
