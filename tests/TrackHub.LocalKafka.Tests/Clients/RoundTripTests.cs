using System.Text;
using Confluent.Kafka;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>What is produced with Confluent.Kafka comes back exactly.</summary>
public sealed class RoundTripTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Keys_values_headers_times_and_order_survive_every_codec(CompressionType codec)
    {
        var topic = await broker.CreateTopicAsync();
        using var producer = broker.Producer(config => (config.CompressionType, config.LingerMs) = (codec, 20));
        var sent = Enumerable.Range(0, 50).Select(i => new Message<string?, string?>
        {
            Key = i % 5 == 0 ? null : $"key-{i}",
            Value = i % 7 == 0 ? null : new string('v', i * 20),
            Headers = [new Header("n", Encoding.UTF8.GetBytes(i.ToString())), new Header("none", null)],
            Timestamp = new Timestamp(1_700_000_000_000 + i, TimestampType.CreateTime),
        }).ToList();

        await Task.WhenAll(sent.Select(message => producer.ProduceAsync(topic, message)));
        var read = broker.Read(topic, 0, sent.Count);

        read.Select(static record => record.Offset.Value).ShouldBe(Enumerable.Range(0, 50).Select(static i => (long)i));
        read.Select(static record => record.Message.Key).ShouldBe(sent.Select(static message => message.Key));
        read.Select(static record => record.Message.Value).ShouldBe(sent.Select(static message => message.Value));
        read.Select(static record => record.Message.Timestamp).ShouldBe(sent.Select(static message => message.Timestamp));
        read.ShouldAllBe(static record => Encoding.UTF8.GetString(record.Message.Headers[0].GetValueBytes()) == record.Offset.Value.ToString());
        read.ShouldAllBe(static record => record.Message.Headers[1].GetValueBytes() == null);
    }

    [Theory]
    [InlineData(Acks.All)]
    [InlineData(Acks.Leader)]
    [InlineData(Acks.None)]
    public async Task Every_acks_level_stores_the_record(Acks acks)
    {
        var topic = await broker.CreateTopicAsync();
        using var producer = broker.Producer(config => config.Acks = acks);

        await producer.ProduceAsync(topic, new Message<string?, string?> { Value = "stored" });

        broker.Read(topic, 0, 1).Single().Message.Value.ShouldBe("stored");
    }

    [Fact]
    public async Task An_idempotent_producer_gets_consecutive_offsets()
    {
        var topic = await broker.CreateTopicAsync();
        using var producer = broker.Producer(config => (config.EnableIdempotence, config.BatchNumMessages) = (true, 7));

        var reports = await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            producer.ProduceAsync(topic, new Message<string?, string?> { Value = i.ToString() })));

        reports.Select(static report => report.Offset.Value).ShouldBe(Enumerable.Range(0, 200).Select(static i => (long)i));
        broker.Read(topic, 0, 200).Select(static record => record.Message.Value).ShouldBe(Enumerable.Range(0, 200).Select(static i => i.ToString()));
    }

    [Fact]
    public async Task A_record_over_the_topics_limit_is_refused()
    {
        var topic = await broker.CreateTopicAsync(1, ("max.message.bytes", "1000"));
        using var producer = broker.Producer();

        var refusal = await Should.ThrowAsync<ProduceException<string?, string?>>(() =>
            producer.ProduceAsync(topic, new Message<string?, string?> { Value = new string('x', 2000) }));

        refusal.Error.Code.ShouldBe(ErrorCode.MsgSizeTooLarge);
    }

    [Fact]
    public async Task Log_append_time_replaces_the_producers_time_and_keeps_the_checksum_right()
    {
        var topic = await broker.CreateTopicAsync(1, ("message.timestamp.type", "LogAppendTime"));
        using var producer = broker.Producer();
        var before = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

        var report = await producer.ProduceAsync(topic, new Message<string?, string?>
        {
            Value = "late",
            Timestamp = new Timestamp(DateTimeOffset.UnixEpoch.AddYears(40)),
        });
        using var consumer = broker.Consumer(static config => config.CheckCrcs = true);
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        var read = TestBroker.Take(consumer, 1).Single().Message.Timestamp;

        read.Type.ShouldBe(TimestampType.LogAppendTime);
        new DateTimeOffset(read.UtcDateTime).ShouldBeInRange(before, TimeProvider.System.GetUtcNow());
        report.Timestamp.UnixTimestampMs.ShouldBe(read.UnixTimestampMs);
    }
}
