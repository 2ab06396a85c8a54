using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>ListOffsets, key 2: the earliest or latest offset, the first at or after a time, the one of the largest time.</summary>
/// <remarks>
/// Versions 1 to 7. By time, a batch that is compressed and has the producers' times is answered with its first record: never later
/// than the record looked for. Left out: the decompression that would name it exactly.
/// </remarks>
internal sealed class ListOffsets(TopicStore topics) : IKafkaApi
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long LargestTimestamp = -3;

    private readonly record struct Ask(int Partition, int LeaderEpoch, long Timestamp);

    public ApiRange Range => new(ApiKey.ListOffsets, 1, 7, 6);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        reader.Int32();   // replica id
        if (version >= 2)
            reader.Int8();   // isolation level
        var asked = reader.Topics(reader => new Ask(reader.Int32(), version >= 4 ? reader.Int32() : -1, reader.Int64()));

        if (version >= 2)
            response.Int32(0);   // throttle time
        response.Array(asked, topic =>
        {
            response.String(topic.Name);
            response.Array(topic.Partitions, ask =>
            {
                var (error, timestamp, offset) = Find(topics.FindPartition(topic.Name, ask.Partition), ask);
                response.Int32(ask.Partition);
                response.Error(error);
                response.Int64(timestamp);
                response.Int64(offset);
                if (version >= 4)
                    response.Int32(offset < 0 ? -1 : BrokerIdentity.LeaderEpoch);
            });
        });
        response.Tags();
        return default;
    }

    private static (ErrorCode Error, long Timestamp, long Offset) Find(PartitionLog? log, Ask ask)
    {
        if (log is null)
            return (ErrorCode.UnknownTopicOrPartition, -1, -1);
        if (ask.LeaderEpoch > BrokerIdentity.LeaderEpoch)
            return (ErrorCode.UnknownLeaderEpoch, -1, -1);
        return ask.Timestamp switch
        {
            Latest => (ErrorCode.None, -1, log.EndOffset),
            Earliest => (ErrorCode.None, -1, log.StartOffset),
            LargestTimestamp => FirstAtOrAfter(log, log.MaxTimestamp),
            >= 0 => FirstAtOrAfter(log, ask.Timestamp),
            _ => (ErrorCode.UnsupportedVersion, -1, -1),
        };
    }

    private static (ErrorCode Error, long Timestamp, long Offset) FirstAtOrAfter(PartitionLog log, long timestamp)
    {
        if (timestamp < 0 || log.FindTimestamp(timestamp) is not { } batch)
            return (ErrorCode.None, -1, -1);

        var (found, offset) = RecordTimes.FirstAtOrAfter(batch.Slice, batch.Header, timestamp);
        return (ErrorCode.None, found, offset);
    }
}
