using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>OffsetFetch, key 9: a group's stored positions, -1 where it has none.</summary>
/// <remarks>From version 8 on for several groups. "Require stable" has no effect without transactions.</remarks>
internal sealed class OffsetFetch(GroupStore store) : KafkaApi<OffsetFetchRequest, OffsetFetchResponse>
{
    private const short SeveralGroupsFrom = 8;

    protected override ValueTask<OffsetFetchResponse> AnswerAsync(
        OffsetFetchRequest asked, KafkaRequest request, CancellationToken stoppingToken) =>
        ValueTask.FromResult(request.Version < SeveralGroupsFrom
            ? new OffsetFetchResponse { Topics = Find(asked.GroupId, asked.Topics) }
            : new OffsetFetchResponse
            {
                Groups = asked.Groups.ConvertAll(group => new OffsetFetchResponse.Group
                {
                    GroupId = group.GroupId,
                    Topics = Find(group.GroupId, group.Topics),
                }),
            });

    private List<OffsetFetchResponse.Topic> Find(string groupId, List<OffsetFetchRequest.Topic>? asked) =>
        (asked ?? AllOf(groupId)).ConvertAll(topic => new OffsetFetchResponse.Topic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => Find(groupId, topic.Name, partition)),
        });

    private OffsetFetchResponse.Partition Find(string groupId, string topic, int partition)
    {
        var offset = store.FindOffset(groupId, topic, partition);
        return new OffsetFetchResponse.Partition
        {
            Index = partition,
            Offset = offset?.Offset ?? -1,
            LeaderEpoch = offset?.LeaderEpoch ?? -1,
            Metadata = offset?.Metadata ?? "",
        };
    }

    /// <summary>Without a list of topics everything the group ever committed is meant.</summary>
    private List<OffsetFetchRequest.Topic> AllOf(string groupId) => store.OffsetsOf(groupId)
        .GroupBy(static offset => offset.Topic)
        .Select(static topic => new OffsetFetchRequest.Topic
        {
            Name = topic.Key,
            Partitions = topic.Select(static offset => offset.Partition).ToList(),
        })
        .ToList();
}
