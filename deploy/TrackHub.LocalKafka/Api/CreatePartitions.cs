using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>CreatePartitions, key 37: raises a topic's number of partitions.</summary>
/// <remarks>Assignments are only checked: there is one node to assign to.</remarks>
internal sealed class CreatePartitions(TopicStore topics, LocalKafkaOptions options)
    : KafkaApi<CreatePartitionsRequest, CreatePartitionsResponse>
{
    protected override async ValueTask<CreatePartitionsResponse> AnswerAsync(
        CreatePartitionsRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var asks = asked.Topics.CountBy(static topic => topic.Name).ToDictionary();
        var response = new CreatePartitionsResponse
        {
            Topics = asked.Topics.ConvertAll(topic =>
            {
                var (error, message) = asks[topic.Name] > 1
                    ? (ErrorCode.InvalidRequest, "The topic is named twice in one request.")
                    : Create(topic, asked.ValidateOnly);
                return new CreatePartitionsResponse.Topic { Name = topic.Name, Error = error, Message = message };
            }),
        };
        if (!await topics.Catalog.DurableAsync())
        {
            foreach (var topic in response.Topics)
                topic.Error = topic.Error == ErrorCode.None ? ErrorCode.KafkaStorageError : topic.Error;
        }

        return response;
    }

    private (ErrorCode Error, string? Message) Create(CreatePartitionsRequest.Topic asked, bool validateOnly)
    {
        var (name, count) = (asked.Name, asked.Count);
        if (topics.Find(name) is not { } topic)
            return (ErrorCode.UnknownTopicOrPartition, null);
        if (count <= topic.Partitions.Count || count > options.MaxPartitionsPerTopic)
        {
            return (
                ErrorCode.InvalidPartitions,
                $"Topic '{name}' has {topic.Partitions.Count} partitions; up to {options.MaxPartitionsPerTopic} are possible.");
        }

        if (asked.Assignments is { } assignments
            && (assignments.Count != count - topic.Partitions.Count
                || assignments.Exists(static assignment => assignment.Nodes is not [BrokerIdentity.NodeId])))
        {
            return (ErrorCode.InvalidReplicaAssignment, $"Each of the new partitions, and no other, lives on node {BrokerIdentity.NodeId}.");
        }

        try
        {
            if (!validateOnly)
                topics.Change(name, count, config: null);
            return (ErrorCode.None, null);
        }
        catch (IOException)
        {
            return (ErrorCode.KafkaStorageError, "The disk refused the write.");
        }
    }
}
