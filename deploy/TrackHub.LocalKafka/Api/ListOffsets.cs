using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>ListOffsets, key 2: the earliest or latest offset, the first at or after a time, the one of the largest time.</summary>
internal sealed class ListOffsets(TopicStore topics) : KafkaApi<ListOffsetsRequest, ListOffsetsResponse>
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long LargestTimestamp = -3;

    protected override ValueTask<ListOffsetsResponse> AnswerAsync(
        ListOffsetsRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(new ListOffsetsResponse
        {
            Topics = asked.Topics.ConvertAll(topic => new ListOffsetsResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition =>
                {
                    var (error, timestamp, offset) = Find(topics.FindPartition(topic.Name, partition.Index), partition);
                    return new ListOffsetsResponse.Partition
                    {
                        Index = partition.Index,
                        Error = error,
                        Timestamp = timestamp,
                        Offset = offset,
                        LeaderEpoch = offset < 0 ? -1 : BrokerIdentity.LeaderEpoch,
                    };
                }),
            }),
        });

    private (ErrorCode Error, long Timestamp, long Offset) Find(PartitionLog? log, ListOffsetsRequest.Partition asked)
    {
        if (log is null)
            return (ErrorCode.UnknownTopicOrPartition, -1, -1);
        if (asked.CurrentLeaderEpoch > BrokerIdentity.LeaderEpoch)
            return (ErrorCode.UnknownLeaderEpoch, -1, -1);
        return asked.Timestamp switch
        {
            Latest => (ErrorCode.None, -1, log.EndOffset),
            Earliest => (ErrorCode.None, -1, log.StartOffset),
            LargestTimestamp => FirstAtOrAfter(log, log.MaxTimestamp),
            >= 0 => FirstAtOrAfter(log, asked.Timestamp),
            _ => (ErrorCode.UnsupportedVersion, -1, -1),
        };
    }

    private (ErrorCode Error, long Timestamp, long Offset) FirstAtOrAfter(PartitionLog log, long timestamp)
    {
        var (found, offset) = TimeSearch.FirstAtOrAfter(log, timestamp, topics.Codecs) ?? (-1, -1);
        return (ErrorCode.None, found, offset);
    }
}
