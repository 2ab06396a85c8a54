using System.Diagnostics;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Network;

/// <summary>A fetch waits until there is as much as it wants, over all of its partitions, or until its time is over.</summary>
public sealed class FetchWaitTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private const int Partitions = 2;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_is_answered_when_its_partitions_together_have_enough()
    {
        var topic = await broker.CreateTopicAsync(Partitions);
        await ProduceAsync(topic, partition: 0, bytes: 300);
        using var client = await RawClient.ConnectAsync(broker.Port);
        var asked = Stopwatch.GetTimestamp();

        var answer = FetchAsync(client, topic, minBytes: 900, Long);
        await ProduceAsync(topic, partition: 1, bytes: 300);
        answer.IsCompleted.ShouldBeFalse();
        await ProduceAsync(topic, partition: 1, bytes: 300);

        (await answer).ShouldBe([1, 2]);
        Stopwatch.GetElapsedTime(asked).ShouldBeLessThan(Long / 2);
    }

    [Fact]
    public async Task It_is_answered_with_what_there_is_when_its_time_is_over()
    {
        var topic = await broker.CreateTopicAsync(Partitions);
        await ProduceAsync(topic, partition: 0, bytes: 300);
        using var client = await RawClient.ConnectAsync(broker.Port);
        var asked = Stopwatch.GetTimestamp();

        (await FetchAsync(client, topic, minBytes: 900, TimeSpan.FromMilliseconds(200))).ShouldBe([1, 0]);

        Stopwatch.GetElapsedTime(asked).ShouldBeInRange(TimeSpan.FromMilliseconds(150), Long / 2);
    }

    [Fact]
    public async Task A_partition_in_error_is_told_at_once()
    {
        var topic = await broker.CreateTopicAsync(Partitions);
        using var client = await RawClient.ConnectAsync(broker.Port);
        var asked = Stopwatch.GetTimestamp();

        (await FetchAsync(client, topic, minBytes: 900, Long, partitions: Partitions + 1)).ShouldBe([0, 0, -1]);

        Stopwatch.GetElapsedTime(asked).ShouldBeLessThan(Long / 2);
    }

    private async Task ProduceAsync(string topic, int partition, int bytes)
    {
        using var producer = broker.Producer();
        await producer.ProduceAsync(new Confluent.Kafka.TopicPartition(topic, partition), new() { Key = "key", Value = new string('v', bytes) });
    }

    /// <returns>End offset of each partition, as the answer tells it.</returns>
    private static async Task<List<long>> FetchAsync(RawClient client, string topic, int minBytes, TimeSpan maxWait, int partitions = Partitions)
    {
        var answer = await client.AskAsync(
            new FetchRequest
            {
                MinBytes = minBytes,
                MaxBytes = 100_000,
                MaxWaitMs = (int)maxWait.TotalMilliseconds,
                Topics = [new() { Name = topic, Partitions = [.. Enumerable.Range(0, partitions).Select(static p => new FetchRequest.Partition { Index = p, MaxBytes = 100_000 })] }],
            },
            version: 7);
        return answer.Topics.ShouldHaveSingleItem().Partitions.ConvertAll(static partition => partition.HighWatermark);
    }
}
