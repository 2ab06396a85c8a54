using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>CreateTopics, key 19. A created topic is durable when it is answered.</summary>
/// <remarks>Versions 0 to 7. Replication is 1; assignments to other nodes are refused.</remarks>
internal sealed class CreateTopics(TopicStore topics, LocalKafkaOptions options) : IKafkaApi
{
    private const sbyte SourceTopic = 1;
    private const sbyte SourceDefault = 5;

    private sealed record Ask(
        string Name,
        int Partitions,
        short Replication,
        List<(int Partition, List<int> Nodes)> Assignments,
        List<(string Name, string? Value)> Config);

    private sealed record Answer(string Name, ErrorCode Error, string? Message, Guid Id, int Partitions, TopicConfig? Config);

    public ApiRange Range => new(ApiKey.CreateTopics, 0, 7, 5);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        var asked = reader.Array(ReadTopic);
        reader.Int32();   // time-out
        var validateOnly = version >= 1 && reader.Bool();
        var answers = asked.ConvertAll(ask => asked.Count(other => other.Name == ask.Name) > 1
            ? Refuse(ask, ErrorCode.InvalidRequest, "The topic is named twice in one request.")
            : Create(ask, validateOnly));

        if (version >= 2)
            response.Int32(0);   // throttle time
        response.Array(answers, answer => Write(response, version, answer));
        response.Tags();
        return default;
    }

    private static Ask ReadTopic(WireReader reader)
    {
        var name = reader.String();
        var partitions = reader.Int32();
        var replication = reader.Int16();
        var assignments = reader.Array(static reader =>
        {
            var assignment = (reader.Int32(), reader.Array(static reader => reader.Int32()));
            reader.Tags();
            return assignment;
        });
        var config = reader.Array(static reader =>
        {
            var setting = (reader.String(), reader.NullableString());
            reader.Tags();
            return setting;
        });
        reader.Tags();
        return new Ask(name, partitions, replication, assignments, config);
    }

    private Answer Create(Ask ask, bool validateOnly)
    {
        var partitions = ask.Assignments.Count > 0 ? ask.Assignments.Count
            : ask.Partitions == -1 ? options.DefaultPartitions
            : ask.Partitions;
        if (!TopicStore.IsLegalName(ask.Name))
            return Refuse(ask, ErrorCode.InvalidTopic, "A topic name is 1 to 249 letters, digits, '.', '_' or '-'.");
        if (partitions < 1 || partitions > options.MaxPartitionsPerTopic)
            return Refuse(ask, ErrorCode.InvalidPartitions, $"{partitions} partitions; 1 to {options.MaxPartitionsPerTopic} are possible.");
        if (ask.Assignments.Count == 0 && ask.Replication is not (1 or -1))
            return Refuse(ask, ErrorCode.InvalidReplicationFactor, $"Replication factor {ask.Replication}; this broker is one node.");
        if (!AreAssignable(ask.Assignments))
            return Refuse(ask, ErrorCode.InvalidReplicaAssignment, $"Partitions count from 0 and live on node {BrokerIdentity.NodeId}.");

        foreach (var (name, value) in ask.Config)
        {
            if (TopicConfig.FindFault(name, value) is { } fault)
                return Refuse(ask, ErrorCode.InvalidConfig, fault);
        }

        var config = new Dictionary<string, string>();
        foreach (var (name, value) in ask.Config)
            config[name] = value!;
        if (validateOnly)
        {
            return topics.Find(ask.Name) is null
                ? new Answer(ask.Name, ErrorCode.None, null, Guid.Empty, partitions, new TopicConfig(config))
                : Refuse(ask, ErrorCode.TopicAlreadyExists, $"Topic '{ask.Name}' already exists.");
        }

        return topics.Create(ask.Name, partitions, config) is { } topic
            ? new Answer(ask.Name, ErrorCode.None, null, topic.Id, partitions, topic.Config)
            : Refuse(ask, ErrorCode.TopicAlreadyExists, $"Topic '{ask.Name}' already exists.");
    }

    private static bool AreAssignable(List<(int Partition, List<int> Nodes)> assignments) =>
        assignments.Select(static assignment => assignment.Partition).Order().SequenceEqual(Enumerable.Range(0, assignments.Count))
        && assignments.TrueForAll(static assignment => assignment.Nodes is [BrokerIdentity.NodeId]);

    private static Answer Refuse(Ask ask, ErrorCode error, string message) => new(ask.Name, error, message, Guid.Empty, -1, null);

    private static void Write(WireWriter response, short version, Answer answer)
    {
        response.String(answer.Name);
        if (version >= 7)
            response.Uuid(answer.Id);
        response.Error(answer.Error);
        if (version >= 1)
            response.String(answer.Message);
        if (version < 5)
            return;

        response.Int32(answer.Partitions);
        response.Int16((short)(answer.Config is null ? -1 : 1));
        if (answer.Config is not { } config)
        {
            response.ArrayLength(-1);
            return;
        }

        response.Array(TopicConfig.Known.Values, setting =>
        {
            response.String(setting.Name);
            response.String(config[setting.Name]);
            response.Bool(false);   // read-only
            response.Int8(config.Values.ContainsKey(setting.Name) ? SourceTopic : SourceDefault);
            response.Bool(false);   // sensitive
        });
    }
}
