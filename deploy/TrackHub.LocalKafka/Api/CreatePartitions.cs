using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>CreatePartitions, key 37: raises a topic's number of partitions.</summary>
/// <remarks>Versions 0 to 3. Assignments are read and not looked at: there is one node to assign to.</remarks>
internal sealed class CreatePartitions(TopicStore topics, LocalKafkaOptions options) : IKafkaApi
{
    public ApiRange Range => new(ApiKey.CreatePartitions, 0, 3, 2);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var asked = reader.Array(static reader =>
        {
            var ask = (Name: reader.String(), Count: reader.Int32());
            reader.NullableArray(static reader =>
            {
                reader.Array(static reader => reader.Int32());
                reader.Tags();
                return 0;
            });
            reader.Tags();
            return ask;
        });
        reader.Int32();   // time-out
        var validateOnly = reader.Bool();

        response.Int32(0);   // throttle time
        response.Array(asked, ask =>
        {
            var (error, message) = Create(ask.Name, ask.Count, validateOnly);
            response.String(ask.Name);
            response.Error(error);
            response.String(message);
        });
        response.Tags();
        return default;
    }

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

        if (!validateOnly)
            topics.Change(name, count, config: null);
        return (ErrorCode.None, null);
    }
}
