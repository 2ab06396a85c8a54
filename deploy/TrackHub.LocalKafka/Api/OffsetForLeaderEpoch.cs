using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>OffsetForLeaderEpoch, key 23: where an epoch's records end. There is one epoch, 0, and it ends at the log's end.</summary>
/// <remarks>Versions 0 to 4.</remarks>
internal sealed class OffsetForLeaderEpoch(TopicStore topics) : IKafkaApi
{
    private readonly record struct Ask(int Partition, int CurrentEpoch, int Epoch);

    public ApiRange Range => new(ApiKey.OffsetForLeaderEpoch, 0, 4, 4);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        if (version >= 3)
            reader.Int32();   // replica id
        var asked = reader.Topics(reader => new Ask(reader.Int32(), version >= 2 ? reader.Int32() : -1, reader.Int32()));

        if (version >= 2)
            response.Int32(0);   // throttle time
        response.Array(asked, topic =>
        {
            response.String(topic.Name);
            response.Array(topic.Partitions, ask =>
            {
                var log = topics.FindPartition(topic.Name, ask.Partition);
                var isKnown = log is not null && ask.Epoch == BrokerIdentity.LeaderEpoch;
                response.Error(ErrorOf(log, ask));
                response.Int32(ask.Partition);
                if (version >= 1)
                    response.Int32(isKnown ? BrokerIdentity.LeaderEpoch : -1);
                response.Int64(isKnown ? log!.EndOffset : -1);
            });
        });
        response.Tags();
        return default;
    }

    private static ErrorCode ErrorOf(PartitionLog? log, Ask ask) =>
        log is null ? ErrorCode.UnknownTopicOrPartition
        : ask.CurrentEpoch > BrokerIdentity.LeaderEpoch ? ErrorCode.UnknownLeaderEpoch
        : ErrorCode.None;
}
