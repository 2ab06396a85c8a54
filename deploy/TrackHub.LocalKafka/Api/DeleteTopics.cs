using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>DeleteTopics, key 20: removes topics, their files and their committed offsets.</summary>
/// <remarks>Versions 0 to 6.</remarks>
internal sealed class DeleteTopics(TopicStore topics, GroupStore groups) : IKafkaApi
{
    private readonly record struct Ask(string? Name, Guid Id);

    private readonly record struct Answer(string? Name, Guid Id, ErrorCode Error);

    public ApiRange Range => new(ApiKey.DeleteTopics, 0, 6, 4);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        var asked = reader.Array(reader =>
        {
            if (version < 6)
                return new Ask(reader.String(), Guid.Empty);

            var ask = new Ask(reader.NullableString(), reader.Uuid());
            reader.Tags();
            return ask;
        });
        reader.Int32();   // time-out
        var answers = asked.ConvertAll(Delete);

        if (version >= 1)
            response.Int32(0);   // throttle time
        response.Array(answers, answer =>
        {
            response.String(version >= 6 ? answer.Name : answer.Name ?? "");
            if (version >= 6)
                response.Uuid(answer.Id);
            response.Error(answer.Error);
            if (version >= 5)
                response.String(null);   // error message
        });
        response.Tags();
        return default;
    }

    private Answer Delete(Ask ask)
    {
        var topic = ask.Name is null ? topics.Find(ask.Id) : topics.Find(ask.Name);
        if (topic is null || !topics.Delete(topic.Name))
            return new Answer(ask.Name, ask.Id, ask.Name is null ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition);

        groups.ForgetTopic(topic.Name);
        return new Answer(topic.Name, topic.Id, ErrorCode.None);
    }
}
