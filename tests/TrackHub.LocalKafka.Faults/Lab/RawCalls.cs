using TrackHub.LocalKafka.Tests;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Faults.Lab;

/// <summary>Single requests on one connection, for errors that real clients hide by trying again. Each fails if the broker closes the connection.</summary>
internal static class RawCalls
{
    /// <summary>Appends one record to partition 0.</summary>
    public static async Task<ErrorCode> ProduceAsync(this RawClient client, string topic, string value) =>
        (await client.ProduceAsync(topic, TestBatch.Encode(value))).Error;

    /// <summary>Appends a batch to partition 0; the offset of its first record, -1 on error.</summary>
    public static async Task<(ErrorCode Error, long Offset)> ProduceAsync(this RawClient client, string topic, byte[] batch)
    {
        var answer = await client.AskAsync(
            new ProduceRequest { Acks = -1, TimeoutMs = 1000, Topics = [new() { Name = topic, Partitions = [new() { Records = batch }] }] },
            version: 7);
        var partition = answer.Topics.Single().Partitions.Single();
        return (partition.Error, partition.BaseOffset);
    }

    /// <summary>Commits an offset of partition 0 from outside of any membership.</summary>
    public static async Task<ErrorCode> CommitAsync(this RawClient client, string group, string topic, long offset)
    {
        var answer = await client.AskAsync(
            new OffsetCommitRequest { GroupId = group, Topics = [new() { Name = topic, Partitions = [new() { Offset = offset }] }] },
            version: 7);
        return answer.Topics.Single().Partitions.Single().Error;
    }

    /// <summary>Creates a topic of one partition.</summary>
    public static async Task<ErrorCode> CreateTopicAsync(this RawClient client, string topic)
    {
        var answer = await client.AskAsync(
            new CreateTopicsRequest { Topics = [new() { Name = topic, PartitionCount = 1, ReplicationFactor = 1 }] }, version: 4);
        return answer.Topics.Single().Error;
    }
}
