using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>Metadata, key 3: the one broker, and topics with their partitions.</summary>
/// <remarks>Creates a topic that is asked for only when the broker is told to. Left out: authorized operations.</remarks>
internal sealed class Metadata(TopicStore topics, LocalKafkaOptions options) : KafkaApi<MetadataRequest, MetadataResponse>
{
    protected override ValueTask<MetadataResponse> AnswerAsync(
        MetadataRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var all = asked.Topics is null || (request.Version == 0 && asked.Topics.Count == 0);
        return ValueTask.FromResult(new MetadataResponse
        {
            Brokers = [new() { NodeId = BrokerIdentity.NodeId, Host = request.Broker.Host, Port = request.Broker.Port }],
            ClusterId = request.Broker.ClusterId,
            ControllerId = BrokerIdentity.NodeId,
            Topics = all
                ? topics.Topics.Select(Describe).ToList()
                : asked.Topics!
                    .DistinctBy(static topic => (topic.Name, topic.TopicId))
                    .Select(topic => Find(topic, asked.MayCreate && options.AutoCreateTopics))
                    .ToList(),
        });
    }

    private MetadataResponse.Topic Find(MetadataRequest.Topic asked, bool mayCreate)
    {
        if (asked.Name is null)
        {
            return topics.Find(asked.TopicId) is { } known
                ? Describe(known)
                : new MetadataResponse.Topic { Error = ErrorCode.UnknownTopicId, TopicId = asked.TopicId };
        }

        if (!TopicStore.IsLegalName(asked.Name))
            return new MetadataResponse.Topic { Error = ErrorCode.InvalidTopic, Name = asked.Name };

        var topic = topics.Find(asked.Name);
        if (topic is null && mayCreate)
            topic = topics.Create(asked.Name, options.DefaultPartitions, []) ?? topics.Find(asked.Name);
        return topic is null
            ? new MetadataResponse.Topic { Error = ErrorCode.UnknownTopicOrPartition, Name = asked.Name }
            : Describe(topic);
    }

    private static MetadataResponse.Topic Describe(Topic topic) => new()
    {
        Name = topic.Name,
        TopicId = topic.Id,
        Partitions = Enumerable.Range(0, topic.Partitions.Count)
            .Select(static partition => new MetadataResponse.Partition
            {
                Index = partition,
                LeaderId = BrokerIdentity.NodeId,
                LeaderEpoch = BrokerIdentity.LeaderEpoch,
                Replicas = [BrokerIdentity.NodeId],
                InSyncReplicas = [BrokerIdentity.NodeId],
            })
            .ToList(),
    };
}
