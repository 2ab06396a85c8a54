using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>CreateTopics, key 19. A created topic is durable when it is answered.</summary>
/// <remarks>Replication is 1; assignments to other nodes are refused.</remarks>
internal sealed class CreateTopics(TopicStore topics, LocalKafkaOptions options) : KafkaApi<CreateTopicsRequest, CreateTopicsResponse>
{
    private const sbyte SourceTopic = 1;
    private const sbyte SourceDefault = 5;

    protected override async ValueTask<CreateTopicsResponse> AnswerAsync(
        CreateTopicsRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var asks = asked.Topics.CountBy(static topic => topic.Name).ToDictionary();
        var response = new CreateTopicsResponse
        {
            Topics = asked.Topics.ConvertAll(topic => asks[topic.Name] > 1
                ? Refuse(topic.Name, ErrorCode.InvalidRequest, "The topic is named twice in one request.")
                : CreateOrTell(topic, asked.ValidateOnly)),
        };
        return await topics.Catalog.DurableAsync()
            ? response
            : new CreateTopicsResponse { Topics = asked.Topics.ConvertAll(static topic => Refuse(topic.Name)) };
    }

    private CreateTopicsResponse.Topic CreateOrTell(CreateTopicsRequest.Topic ask, bool validateOnly)
    {
        try
        {
            return Create(ask, validateOnly);
        }
        catch (IOException)
        {
            return Refuse(ask.Name);
        }
    }

    private CreateTopicsResponse.Topic Create(CreateTopicsRequest.Topic ask, bool validateOnly)
    {
        var partitions = ask.Assignments.Count > 0 ? ask.Assignments.Count
            : ask.PartitionCount == -1 ? options.DefaultPartitions
            : ask.PartitionCount;
        if (ask.Assignments.Count > 0 && (ask.PartitionCount != -1 || ask.ReplicationFactor != -1))
            return Refuse(ask.Name, ErrorCode.InvalidRequest, "With assignments, the numbers of partitions and replicas are -1.");
        if (!TopicStore.IsLegalName(ask.Name))
            return Refuse(ask.Name, ErrorCode.InvalidTopic, "A topic name is 1 to 249 letters, digits, '.', '_' or '-'.");
        if (topics.Find(ask.Name) is null && topics.FindLookalike(ask.Name) is { } lookalike)
            return Refuse(ask.Name, ErrorCode.InvalidTopic, $"'{ask.Name}' and the existing topic '{lookalike}' differ in '.' and '_' alone.");
        if (partitions < 1 || partitions > options.MaxPartitionsPerTopic)
            return Refuse(ask.Name, ErrorCode.InvalidPartitions, $"{partitions} partitions; 1 to {options.MaxPartitionsPerTopic} are possible.");
        if (ask.Assignments.Count == 0 && ask.ReplicationFactor is not (1 or -1))
            return Refuse(ask.Name, ErrorCode.InvalidReplicationFactor, $"Replication factor {ask.ReplicationFactor}; this broker is one node.");
        if (!AreAssignable(ask.Assignments))
            return Refuse(ask.Name, ErrorCode.InvalidReplicaAssignment, $"Partitions count from 0 and live on node {BrokerIdentity.NodeId}.");

        var settings = new Dictionary<string, string>();
        foreach (var setting in ask.Settings)
        {
            if (TopicConfig.FindFault(setting.Name, setting.Value) is { } fault)
                return Refuse(ask.Name, ErrorCode.InvalidConfig, fault);
            settings[setting.Name] = setting.Value!;
        }

        if (validateOnly && topics.Find(ask.Name) is null)
            return Describe(ask.Name, Guid.Empty, partitions, new TopicConfig(settings));
        return !validateOnly && topics.Create(ask.Name, partitions, settings) is { } topic
            ? Describe(topic.Name, topic.Id, partitions, topic.Config)
            : Refuse(ask.Name, ErrorCode.TopicAlreadyExists, $"Topic '{ask.Name}' already exists.");
    }

    private static bool AreAssignable(List<CreateTopicsRequest.ReplicaAssignment> assignments) =>
        assignments.Select(static assignment => assignment.Index).Order().SequenceEqual(Enumerable.Range(0, assignments.Count))
        && assignments.TrueForAll(static assignment => assignment.Nodes is [BrokerIdentity.NodeId]);

    private static CreateTopicsResponse.Topic Refuse(string name) => Refuse(name, ErrorCode.KafkaStorageError, "The disk refused the write.");

    private static CreateTopicsResponse.Topic Refuse(string name, ErrorCode error, string message) =>
        new() { Name = name, Error = error, Message = message };

    private static CreateTopicsResponse.Topic Describe(string name, Guid id, int partitions, TopicConfig config) => new()
    {
        Name = name,
        TopicId = id,
        PartitionCount = partitions,
        ReplicationFactor = 1,
        Settings = TopicConfig.Known.Values
            .Select(setting => new CreateTopicsResponse.Setting
            {
                Name = setting.Name,
                Value = config[setting.Name],
                Source = config.Values.ContainsKey(setting.Name) ? SourceTopic : SourceDefault,
            })
            .ToList(),
    };
}
