using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>OffsetForLeaderEpoch, key 23: where an epoch's records end. There is one epoch, 0, and it ends at the log's end.</summary>
internal sealed class OffsetForLeaderEpoch(TopicStore topics) : KafkaApi<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>
{
    protected override ValueTask<OffsetForLeaderEpochResponse> AnswerAsync(
        OffsetForLeaderEpochRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new OffsetForLeaderEpochResponse
        {
            Topics = asked.Topics.ConvertAll(topic => new OffsetForLeaderEpochResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => Find(topics.FindPartition(topic.Name, partition.Index), partition)),
            }),
        });

    private static OffsetForLeaderEpochResponse.Partition Find(PartitionLog? log, OffsetForLeaderEpochRequest.Partition asked)
    {
        var found = new OffsetForLeaderEpochResponse.Partition { Index = asked.Index };
        if (log is null)
            found.Error = ErrorCode.UnknownTopicOrPartition;
        else if (asked.CurrentLeaderEpoch > BrokerIdentity.LeaderEpoch)
            found.Error = ErrorCode.UnknownLeaderEpoch;
        else if (asked.LeaderEpoch == BrokerIdentity.LeaderEpoch)
            (found.LeaderEpoch, found.EndOffset) = (BrokerIdentity.LeaderEpoch, log.EndOffset);
        return found;
    }
}
