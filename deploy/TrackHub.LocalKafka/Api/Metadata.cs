using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>Metadata, key 3: the one broker, and topics with their partitions.</summary>
/// <remarks>Versions 0 to 12. Creates a topic that is asked for only when the broker is told to. Left out: authorized operations.</remarks>
internal sealed class Metadata(TopicStore topics, BrokerIdentity broker, LocalKafkaOptions options) : IKafkaApi
{
    private readonly record struct Ask(Guid Id, string? Name);

    private readonly record struct Answer(ErrorCode Error, string? Name, Guid Id, int Partitions);

    public ApiRange Range => new(ApiKey.Metadata, 0, 12, 9);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var version = request.Version;
        var (asked, mayCreate) = Read(request.Reader, version);
        var answers = asked is null
            ? topics.Topics.Select(AnswerOf).ToList()
            : asked.ConvertAll(ask => Find(ask, mayCreate && options.AutoCreateTopics));

        if (version >= 3)
            response.Int32(0);   // throttle time
        response.ArrayLength(1);
        response.Int32(BrokerIdentity.NodeId);
        response.String(broker.Host);
        response.Int32(broker.Port);
        if (version >= 1)
            response.String(null);   // rack
        response.Tags();
        if (version >= 2)
            response.String(broker.ClusterId);
        if (version >= 1)
            response.Int32(BrokerIdentity.NodeId);   // controller
        response.Array(answers, answer => WriteTopic(response, version, answer));
        if (version is >= 8 and <= 10)
            response.Int32(BrokerIdentity.OperationsUnknown);
        response.Tags();
        return default;
    }

    private Answer Find(Ask ask, bool create)
    {
        if (ask.Name is null)
            return topics.Find(ask.Id) is { } known ? AnswerOf(known) : new Answer(ErrorCode.UnknownTopicId, null, ask.Id, 0);
        if (!TopicStore.IsLegalName(ask.Name))
            return new Answer(ErrorCode.InvalidTopic, ask.Name, Guid.Empty, 0);

        var topic = topics.Find(ask.Name);
        if (topic is null && create)
            topic = topics.Create(ask.Name, options.DefaultPartitions, []) ?? topics.Find(ask.Name);
        return topic is null ? new Answer(ErrorCode.UnknownTopicOrPartition, ask.Name, Guid.Empty, 0) : AnswerOf(topic);
    }

    private static Answer AnswerOf(Topic topic) => new(ErrorCode.None, topic.Name, topic.Id, topic.Partitions.Count);

    private static void WriteTopic(WireWriter response, short version, Answer answer)
    {
        response.Error(answer.Error);
        response.String(version >= 12 ? answer.Name : answer.Name ?? "");
        if (version >= 10)
            response.Uuid(answer.Id);
        if (version >= 1)
            response.Bool(false);   // internal
        response.ArrayLength(answer.Partitions);
        for (var partition = 0; partition < answer.Partitions; partition++)
        {
            response.Error(ErrorCode.None);
            response.Int32(partition);
            response.Int32(BrokerIdentity.NodeId);   // leader
            if (version >= 7)
                response.Int32(BrokerIdentity.LeaderEpoch);
            response.Int32Array(BrokerIdentity.NodeId);   // replicas
            response.Int32Array(BrokerIdentity.NodeId);   // in sync
            if (version >= 5)
                response.Int32Array();   // offline
            response.Tags();
        }

        if (version >= 8)
            response.Int32(BrokerIdentity.OperationsUnknown);
    }

    private static (List<Ask>? Topics, bool MayCreate) Read(WireReader reader, short version)
    {
        var asked = reader.NullableArray(reader =>
        {
            var id = version >= 10 ? reader.Uuid() : Guid.Empty;
            var name = version >= 10 ? reader.NullableString() : reader.String();
            reader.Tags();
            return new Ask(id, name);
        });
        if (version == 0 && asked is { Count: 0 })
            asked = null;   // in version 0 "all" is an empty list
        return (asked, version < 4 || reader.Bool());
    }
}
