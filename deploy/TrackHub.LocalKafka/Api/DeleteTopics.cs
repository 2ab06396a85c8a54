using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DeleteTopics, key 20: removes topics, their files and their committed offsets.</summary>
/// <remarks>From version 6 on also by id.</remarks>
internal sealed class DeleteTopics(TopicStore topics, GroupStore groups) : KafkaApi<DeleteTopicsRequest, DeleteTopicsResponse>
{
    protected override async ValueTask<DeleteTopicsResponse> AnswerAsync(
        DeleteTopicsRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var deleted = asked.TopicNames.Select(name => DeleteOrTell(name, Guid.Empty))
            .Concat(asked.Topics.Select(topic => DeleteOrTell(topic.Name, topic.TopicId)))
            .ToList();
        if (!await topics.Catalog.DurableAsync() || !await groups.DurableAsync())
        {
            foreach (var topic in deleted)
                topic.Error = topic.Error == ErrorCode.None ? ErrorCode.KafkaStorageError : topic.Error;
        }

        return new DeleteTopicsResponse { Topics = deleted };
    }

    private DeleteTopicsResponse.Topic DeleteOrTell(string? name, Guid id)
    {
        try
        {
            return Delete(name, id);
        }
        catch (IOException)
        {
            return new DeleteTopicsResponse.Topic { Name = name, TopicId = id, Error = ErrorCode.KafkaStorageError };
        }
    }

    private DeleteTopicsResponse.Topic Delete(string? name, Guid id)
    {
        if (name is not null && id != Guid.Empty)
            return new DeleteTopicsResponse.Topic { Name = name, TopicId = id, Error = ErrorCode.InvalidRequest };

        var topic = name is null ? topics.Find(id) : topics.Find(name);
        if (topic is null || !topics.Delete(topic.Name))
        {
            return new DeleteTopicsResponse.Topic
            {
                Name = name,
                TopicId = id,
                Error = name is null ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition,
            };
        }

        groups.ForgetTopic(topic.Name);
        return new DeleteTopicsResponse.Topic { Name = topic.Name, TopicId = topic.Id };
    }
}
