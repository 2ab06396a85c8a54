using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Api;

/// <summary>OffsetCommit, key 8: stores a group's positions; written to the journal before the answer, all of a request or none.</summary>
internal sealed class OffsetCommit(GroupCoordinator groups, TopicStore topics) : KafkaApi<OffsetCommitRequest, OffsetCommitResponse>
{
    /// <summary>Kafka's offset.metadata.max.bytes, which counts characters.</summary>
    public const int MaxMetadataLength = 4096;

    protected override async ValueTask<OffsetCommitResponse> AnswerAsync(
        OffsetCommitRequest asked, KafkaRequest request, CancellationToken stoppingToken)
    {
        var sound = new List<CommittedOffset>();
        var response = new OffsetCommitResponse
        {
            Topics = asked.Topics.ConvertAll(topic => new OffsetCommitResponse.Topic
            {
                Name = topic.Name,
                Partitions = topic.Partitions.ConvertAll(partition => new OffsetCommitResponse.Partition
                {
                    Index = partition.Index,
                    Error = Check(topic.Name, partition, sound),
                }),
            }),
        };
        var error = Commit(asked, sound);
        if (error == ErrorCode.None && !await groups.Store.DurableAsync())
            error = ErrorCode.NotCoordinator;
        if (error != ErrorCode.None)
        {
            foreach (var partition in response.Topics.SelectMany(static topic => topic.Partitions))
                partition.Error = partition.Error == ErrorCode.UnknownTopicOrPartition ? partition.Error : error;
        }

        return response;
    }

    private ErrorCode Commit(OffsetCommitRequest asked, List<CommittedOffset> offsets)
    {
        // A group nobody joined comes to be by a commit from outside; a member of one that is unknown missed its end.
        var group = asked.Generation < 0 ? groups.Open(asked.GroupId) : groups.Find(asked.GroupId);
        return group?.Commit(asked.MemberId, asked.InstanceId, asked.Generation, offsets, asked.RetentionTimeMs) ?? ErrorCode.IllegalGeneration;
    }

    /// <summary>Adds an offset that can be committed to <paramref name="sound"/>.</summary>
    private ErrorCode Check(string topic, OffsetCommitRequest.Partition asked, List<CommittedOffset> sound)
    {
        if (topics.FindPartition(topic, asked.Index) is null)
            return ErrorCode.UnknownTopicOrPartition;
        if (asked.Metadata is { Length: > MaxMetadataLength })
            return ErrorCode.OffsetMetadataTooLarge;

        sound.Add(new CommittedOffset(topic, asked.Index, asked.Offset, asked.LeaderEpoch, asked.Metadata));
        return ErrorCode.None;
    }
}
