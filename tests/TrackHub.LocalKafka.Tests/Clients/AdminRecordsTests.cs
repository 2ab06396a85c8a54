using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>The ends of partitions over the admin client, and records deleted before an offset.</summary>
public sealed class AdminRecordsTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private const long FirstTime = 1_700_000_000_000;

    [Fact]
    public async Task Offsets_are_listed_by_every_specification()
    {
        var topic = await broker.CreateTopicAsync();
        await ProduceAsync(topic, FirstTime, FirstTime + 300, FirstTime + 200);
        using var admin = broker.Admin();

        (await ListAsync(OffsetSpec.Earliest())).ShouldBe((0, -1));
        (await ListAsync(OffsetSpec.Latest())).ShouldBe((3, -1));
        (await ListAsync(OffsetSpec.MaxTimestamp())).ShouldBe((1, FirstTime + 300));
        (await ListAsync(OffsetSpec.ForTimestamp(FirstTime + 100))).ShouldBe((1, FirstTime + 300));
        (await ListAsync(OffsetSpec.ForTimestamp(FirstTime))).ShouldBe((0, FirstTime));
        (await ListAsync(OffsetSpec.ForTimestamp(FirstTime + 301))).ShouldBe((-1, -1));

        async Task<(long Offset, long Timestamp)> ListAsync(OffsetSpec spec)
        {
            var found = (await admin.ListOffsetsAsync(
                [new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(topic, 0), OffsetSpec = spec }])).ResultInfos.Single();
            return (found.TopicPartitionOffsetError.Offset.Value, found.Timestamp);
        }
    }

    [Fact]
    public async Task Records_before_an_offset_are_deleted_for_good()
    {
        using var own = await TestBroker.RunAsync();
        var topic = await own.CreateTopicAsync();
        await ProduceAsync(own, topic, FirstTime, FirstTime + 1, FirstTime + 2, FirstTime + 3);
        var partition = new TopicPartition(topic, 0);
        using (var admin = own.Admin())
        {
            (await admin.DeleteRecordsAsync([new TopicPartitionOffset(partition, 2)])).Single().Offset.Value.ShouldBe(2);
            (await admin.DeleteRecordsAsync([new TopicPartitionOffset(partition, 1)])).Single().Offset.Value.ShouldBe(2);
            (await Should.ThrowAsync<DeleteRecordsException>(() => admin.DeleteRecordsAsync([new TopicPartitionOffset(partition, 5)])))
                .Results.Single().Error.Code.ShouldBe(ErrorCode.OffsetOutOfRange);
        }

        await own.RestartAsync();

        own.Read(topic, 0, 2).Select(static record => record.Offset.Value).ShouldBe([2, 3]);
        using (var admin = own.Admin())
            (await admin.DeleteRecordsAsync([new TopicPartitionOffset(partition, Offset.End)])).Single().Offset.Value.ShouldBe(4);
        using (var consumer = own.Consumer())
        {
            var ends = consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(10));
            (ends.Low.Value, ends.High.Value).ShouldBe((4, 4));
        }

        await own.DisposeAsync();
    }

    [Fact]
    public async Task Records_of_a_compacted_topic_are_not_deleted()
    {
        var compacted = await broker.CreateTopicAsync(1, ("cleanup.policy", "compact"));
        using var admin = broker.Admin();

        var refusal = await Should.ThrowAsync<DeleteRecordsException>(
            () => admin.DeleteRecordsAsync([new TopicPartitionOffset(compacted, 0, 0)]));

        refusal.Results.Single().Error.Code.ShouldBe(ErrorCode.PolicyViolation);
    }

    private Task ProduceAsync(string topic, params long[] times) => ProduceAsync(broker, topic, times);

    private static async Task ProduceAsync(TestBroker broker, string topic, params long[] times)
    {
        using var producer = broker.Producer();
        foreach (var time in times)
            await producer.ProduceAsync(topic, new Message<string?, string?> { Value = "v", Timestamp = new Timestamp(time, TimestampType.CreateTime) });
    }
}
