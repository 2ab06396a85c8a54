using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>DeleteRecords, key 21: moves the start of partitions up to an offset; -1 is their end (KIP-107).</summary>
internal sealed class DeleteRecords(TopicStore topics) : KafkaApi<DeleteRecordsRequest, DeleteRecordsResponse>
{
    private const long ToTheEnd = -1;

    protected override ValueTask<DeleteRecordsResponse> AnswerAsync(
        DeleteRecordsRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new DeleteRecordsResponse
        {
            Topics = asked.Topics.ConvertAll(topic => new DeleteRecordsResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => Delete(topics.Find(topic.Name), partition)),
            }),
        });

    private static DeleteRecordsResponse.Partition Delete(Topic? topic, DeleteRecordsRequest.Partition asked)
    {
        var answer = new DeleteRecordsResponse.Partition { Index = asked.Index };
        if (topic?.Partition(asked.Index) is not { } log)
        {
            answer.Error = ErrorCode.UnknownTopicOrPartition;
        }
        else if (!topic.Config.IsDeleted)
        {
            // The last record of each key is what a compacted topic is for.
            answer.Error = ErrorCode.PolicyViolation;
        }
        else
        {
            answer.Error = log.DeleteTo(asked.Offset == ToTheEnd ? log.EndOffset : asked.Offset);
            answer.LowWatermark = answer.Error == ErrorCode.None ? log.StartOffset : -1;
        }

        return answer;
    }
}
