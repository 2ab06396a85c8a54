using Confluent.Kafka;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>Topics with cleanup.policy=compact, by a client.</summary>
public sealed class CompactedTopicTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task A_record_without_key_is_refused_and_one_with_a_key_or_a_tombstone_is_not(CompressionType codec)
    {
        var topic = await broker.CreateTopicAsync(1, ("cleanup.policy", "compact"));
        using var producer = broker.Producer(config => config.CompressionType = codec);
        var value = new string('v', 1000);

        await producer.ProduceAsync(topic, new Message<string?, string?> { Key = "key", Value = value });
        await producer.ProduceAsync(topic, new Message<string?, string?> { Key = "key", Value = null });
        var refusal = await Should.ThrowAsync<ProduceException<string?, string?>>(() =>
            producer.ProduceAsync(topic, new Message<string?, string?> { Key = null, Value = value }));

        refusal.Error.Code.ShouldBe(ErrorCode.InvalidRecord);
        broker.Read(topic, 0, 2).Select(static record => record.Message.Value).ShouldBe([value, null]);
    }
}
