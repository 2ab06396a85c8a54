using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>OffsetFetch, key 9: a group's stored positions, -1 where it has none.</summary>
/// <remarks>Versions 1 to 9; from 8 on for several groups. "Require stable" has no effect without transactions.</remarks>
internal sealed class OffsetFetch(GroupStore store) : IKafkaApi
{
    private readonly record struct TopicAsk(string Name, List<int> Partitions);

    private readonly record struct GroupAsk(string Id, List<TopicAsk>? Topics);

    public ApiRange Range => new(ApiKey.OffsetFetch, 1, 9, 6);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        if (version < 8)
        {
            var ask = new GroupAsk(reader.String(), reader.NullableArray(ReadTopic));
            if (version >= 3)
                response.Int32(0);   // throttle time
            WriteTopics(response, version, ask);
            if (version >= 2)
                response.Error(ErrorCode.None);
        }
        else
        {
            var asked = reader.Array(reader => ReadGroup(reader, version));
            response.Int32(0);   // throttle time
            response.Array(asked, ask =>
            {
                response.String(ask.Id);
                WriteTopics(response, version, ask);
                response.Error(ErrorCode.None);
            });
        }

        response.Tags();
        return default;
    }

    private void WriteTopics(WireWriter response, short version, GroupAsk ask)
    {
        // Without a list of topics everything the group ever committed is meant.
        var asked = ask.Topics ?? store.OffsetsOf(ask.Id)
            .GroupBy(static offset => offset.Topic)
            .Select(static topic => new TopicAsk(topic.Key, topic.Select(static offset => offset.Partition).ToList()))
            .ToList();
        response.Array(asked, topic =>
        {
            response.String(topic.Name);
            response.Array(topic.Partitions, partition =>
            {
                var offset = store.FindOffset(ask.Id, topic.Name, partition);
                response.Int32(partition);
                response.Int64(offset?.Offset ?? -1);
                if (version >= 5)
                    response.Int32(offset?.LeaderEpoch ?? -1);
                response.String(offset?.Metadata ?? "");
                response.Error(ErrorCode.None);
            });
        });
    }

    private static GroupAsk ReadGroup(WireReader reader, short version)
    {
        var id = reader.String();
        if (version >= 9)
        {
            reader.NullableString();   // member id and epoch: of the new group protocol
            reader.Int32();
        }

        var ask = new GroupAsk(id, reader.NullableArray(ReadTopic));
        reader.Tags();
        return ask;
    }

    private static TopicAsk ReadTopic(WireReader reader)
    {
        var ask = new TopicAsk(reader.String(), reader.Array(static reader => reader.Int32()));
        reader.Tags();
        return ask;
    }
}
