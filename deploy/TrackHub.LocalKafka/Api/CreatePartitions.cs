using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>CreatePartitions, key 37: raises a topic's number of partitions.</summary>
/// <remarks>Assignments are not looked at: there is one node to assign to.</remarks>
internal sealed class CreatePartitions(TopicStore topics, LocalKafkaOptions options)
    : KafkaApi<CreatePartitionsRequest, CreatePartitionsResponse>
{
    protected override ValueTask<CreatePartitionsResponse> AnswerAsync(
        CreatePartitionsRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new CreatePartitionsResponse
        {
            Topics = asked.Topics.ConvertAll(topic =>
            {
                var (error, message) = Create(topic.Name, topic.Count, asked.ValidateOnly);
                return new CreatePartitionsResponse.Topic { Name = topic.Name, Error = error, Message = message };
            }),
        });

    private (ErrorCode Error, string? Message) Create(string name, int count, bool validateOnly)
    {
        if (topics.Find(name) is not { } topic)
            return (ErrorCode.UnknownTopicOrPartition, null);
        if (count <= topic.Partitions.Count || count > options.MaxPartitionsPerTopic)
        {
            return (
                ErrorCode.InvalidPartitions,
                $"Topic '{name}' has {topic.Partitions.Count} partitions; up to {options.MaxPartitionsPerTopic} are possible.");
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
