using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>OffsetCommit, key 8: stores a group's positions; written to the journal before the answer, all of a request or none.</summary>
/// <remarks>Versions 2 to 9. Left out: the retention time of versions 2 to 4 (offsets stay until group or topic go).</remarks>
internal sealed class OffsetCommit(GroupCoordinator groups, TopicStore topics) : IKafkaApi
{
    private const int MaxMetadataLength = 4096;

    public ApiRange Range => new(ApiKey.OffsetCommit, 2, 9, 8);

    public ValueTask AnswerAsync(KafkaRequest request, WireWriter response, CancellationToken stoppingToken)
    {
        var reader = request.Reader;
        var version = request.Version;
        var groupId = reader.String();
        var generation = reader.Int32();
        var memberId = reader.String();
        var instanceId = version >= 7 ? reader.NullableString() : null;
        if (version <= 4)
            reader.Int64();   // retention time
        var asked = reader.Array(reader => ReadTopic(reader, version));

        var sound = asked.SelectMany(static topic => topic.Offsets).Where(offset => Check(offset) == ErrorCode.None).ToList();
        var error = Commit(groupId, memberId, instanceId, generation, sound);
        if (version >= 3)
            response.Int32(0);   // throttle time
        response.Array(asked, topic =>
        {
            response.String(topic.Name);
            response.Array(topic.Offsets, offset =>
            {
                response.Int32(offset.Partition);
                response.Error(error != ErrorCode.None ? error : Check(offset));
            });
        });
        response.Tags();
        return default;
    }

    private ErrorCode Commit(string groupId, string memberId, string? instanceId, int generation, List<CommittedOffset> offsets)
    {
        if (groupId.Length == 0)
            return ErrorCode.InvalidGroupId;

        // A group nobody joined comes to be by a commit from outside; a member of one that is unknown missed its end.
        var group = generation < 0 && memberId.Length == 0 ? groups.Open(groupId) : groups.Find(groupId);
        return group?.Commit(memberId, instanceId, generation, offsets) ?? ErrorCode.IllegalGeneration;
    }

    private ErrorCode Check(CommittedOffset offset) =>
        topics.FindPartition(offset.Topic, offset.Partition) is null ? ErrorCode.UnknownTopicOrPartition
        : offset.Metadata is { Length: > MaxMetadataLength } ? ErrorCode.OffsetMetadataTooLarge
        : ErrorCode.None;

    private static (string Name, List<CommittedOffset> Offsets) ReadTopic(WireReader reader, short version)
    {
        var name = reader.String();
        var offsets = reader.Array(reader =>
        {
            var offset = new CommittedOffset(
                name, reader.Int32(), reader.Int64(), version >= 6 ? reader.Int32() : -1, reader.NullableString());
            reader.Tags();
            return offset;
        });
        reader.Tags();
        return (name, offsets);
    }
}
