using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>Offsets by time and by place, asked for by Confluent.Kafka's consumer and admin client over every codec.</summary>
public sealed class OffsetsByTimeTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private const long Base = 1_700_000_000_000;

    /// <summary>Milliseconds after <see cref="Base"/>, out of order, in one batch; the largest is at offset 4.</summary>
    private static readonly int[] Times = [10, 30, 20, 0, 90, 50, 40, 80];

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task A_time_finds_its_record_inside_a_batch_of_every_codec(CompressionType codec)
    {
        var topic = await broker.CreateTopicAsync();
        using var producer = broker.Producer(config => (config.CompressionType, config.LingerMs) = (codec, 500));
        await Task.WhenAll(Times.Select(time => producer.ProduceAsync(topic, new Message<string?, string?>
        {
            Value = new string('v', 500),
            Timestamp = new Timestamp(Base + time, TimestampType.CreateTime),
        })));
        using var consumer = broker.Consumer();

        foreach (var time in Times.SelectMany(static time => new[] { time - 1, time, time + 1 }).Distinct())
        {
            var first = Array.FindIndex(Times, other => other >= time);
            OffsetAt(consumer, topic, Base + time).ShouldBe(first < 0 ? Offset.End : first);
        }

        (await ListAsync(topic, OffsetSpec.MaxTimestamp())).ShouldBe((4, Base + 90));
        (await ListAsync(topic, OffsetSpec.ForTimestamp(Base + 45))).ShouldBe((4, Base + 90));
        (await ListAsync(topic, OffsetSpec.ForTimestamp(Base + 91))).ShouldBe((-1, -1));
        (await ListAsync(topic, OffsetSpec.Earliest())).Offset.ShouldBe(0);
        (await ListAsync(topic, OffsetSpec.Latest())).Offset.ShouldBe(Times.Length);
    }

    [Fact]
    public async Task An_empty_partition_has_no_record_of_any_time()
    {
        var topic = await broker.CreateTopicAsync();
        using var consumer = broker.Consumer();

        OffsetAt(consumer, topic, 0).ShouldBe(Offset.End);
        (await ListAsync(topic, OffsetSpec.MaxTimestamp())).ShouldBe((-1, -1));
        (await ListAsync(topic, OffsetSpec.Latest())).Offset.ShouldBe(0);
    }

    private static Offset OffsetAt(IConsumer<string?, string?> consumer, string topic, long unixMs) => consumer
        .OffsetsForTimes([new TopicPartitionTimestamp(topic, 0, new Timestamp(unixMs, TimestampType.CreateTime))], TimeSpan.FromSeconds(10))
        .Single().Offset;

    private async Task<(long Offset, long UnixMs)> ListAsync(string topic, OffsetSpec spec)
    {
        using var admin = broker.Admin();
        var listed = await admin.ListOffsetsAsync([new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(topic, 0), OffsetSpec = spec }]);
        var found = listed.ResultInfos.Single();
        found.TopicPartitionOffsetError.Error.IsError.ShouldBeFalse();
        return (found.TopicPartitionOffsetError.Offset.Value, found.Timestamp);
    }
}
