using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>OffsetDelete, key 47: a group forgets its positions in topics that none of its members reads (KIP-496).</summary>
internal sealed class OffsetDelete(GroupCoordinator groups, TopicStore topics) : KafkaApi<OffsetDeleteRequest, OffsetDeleteResponse>
{
    protected override async ValueTask<OffsetDeleteResponse> AnswerAsync(
        OffsetDeleteRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var response = Delete(asked);
        return await groups.Store.DurableAsync() ? response : new OffsetDeleteResponse { Error = ErrorCode.NotCoordinator };
    }

    private OffsetDeleteResponse Delete(OffsetDeleteRequest asked)
    {
        if (asked.GroupId.Length == 0)
            return new OffsetDeleteResponse { Error = ErrorCode.InvalidGroupId };
        if (groups.Find(asked.GroupId) is not { } group)
            return new OffsetDeleteResponse { Error = ErrorCode.GroupIdNotFound };

        var named = asked.Topics
            .SelectMany(static topic => topic.Partitions, static (topic, partition) => new PartitionName(topic.Name, partition))
            .Where(partition => topics.FindPartition(partition.Topic, partition.Partition) is not null)
            .ToHashSet();
        var error = group.DeleteOffsets(named, out var kept);
        if (error != ErrorCode.None)
            return new OffsetDeleteResponse { Error = error };

        return new OffsetDeleteResponse
        {
            Topics = asked.Topics.ConvertAll(topic => new OffsetDeleteResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => new OffsetDeleteResponse.Partition
                {
                    Index = partition,
                    Error = !named.Contains(new PartitionName(topic.Name, partition)) ? ErrorCode.UnknownTopicOrPartition
                        : kept.Contains(topic.Name) ? ErrorCode.GroupSubscribedToTopic
                        : ErrorCode.None,
                }),
            }),
        };
    }
}
