using System.Diagnostics;
using Confluent.Kafka;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>Offsets by time, waiting fetches and the ends of the log.</summary>
public sealed class SeekAndWaitTests(TestBroker broker) : IClassFixture<TestBroker>
{
    [Theory]
    [InlineData("CreateTime")]
    [InlineData("LogAppendTime")]
    public async Task A_time_finds_the_first_record_at_or_after_it(string timestampType)
    {
        var topic = await broker.CreateTopicAsync(1, ("message.timestamp.type", timestampType));
        using var producer = broker.Producer();
        for (var i = 0; i < 5; i++)
        {
            await producer.ProduceAsync(topic, At(1_700_000_000_000 + (i * 1000)));
            // Append times are told apart by milliseconds.
            var appended = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            SpinWait.SpinUntil(() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() > appended);
        }

        using var consumer = broker.Consumer();
        var times = broker.Read(topic, 0, 5).Select(static record => record.Message.Timestamp.UnixTimestampMs).ToList();

        for (var i = 0; i < 5; i++)
        {
            OffsetAt(consumer, topic, times[i]).ShouldBe(i);
            OffsetAt(consumer, topic, times[i] - 1).ShouldBe(i);
        }

        OffsetAt(consumer, topic, times[4] + 1).ShouldBe(Offset.End);
    }

    [Fact]
    public async Task A_time_inside_an_uncompressed_batch_finds_its_record()
    {
        var topic = await broker.CreateTopicAsync();
        using var producer = broker.Producer(static config => config.LingerMs = 200);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            producer.ProduceAsync(topic, At(1_700_000_000_000 + (i * 10)))));
        using var consumer = broker.Consumer();

        OffsetAt(consumer, topic, 1_700_000_000_041).ShouldBe(5);
    }

    [Fact]
    public async Task A_waiting_fetch_is_answered_when_a_record_comes_not_when_its_time_is_up()
    {
        var topic = await broker.CreateTopicAsync();
        using var producer = broker.Producer();
        using var consumer = broker.Consumer(static config => config.FetchWaitMaxMs = 50_000);
        await producer.ProduceAsync(topic, new Message<string?, string?> { Value = "first" });
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        TestBroker.Take(consumer, 1);
        consumer.Consume(TimeSpan.FromMilliseconds(100)).ShouldBeNull();

        var started = Stopwatch.GetTimestamp();
        await producer.ProduceAsync(topic, new Message<string?, string?> { Value = "second" });
        TestBroker.Take(consumer, 1).Single().Message.Value.ShouldBe("second");

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task An_offset_outside_the_log_is_an_error()
    {
        var topic = await broker.CreateTopicAsync();
        using var consumer = broker.Consumer(static config => config.AutoOffsetReset = AutoOffsetReset.Error);
        consumer.Assign(new TopicPartitionOffset(topic, 0, 100));

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var refusal = Should.Throw<ConsumeException>(() => consumer.Consume(deadline.Token));

        refusal.Error.Code.ShouldBe(ErrorCode.Local_AutoOffsetReset);
    }

    private static Message<string?, string?> At(long unixMs) =>
        new() { Value = "value", Timestamp = new Timestamp(unixMs, TimestampType.CreateTime) };

    private static Offset OffsetAt(IConsumer<string?, string?> consumer, string topic, long unixMs) => consumer
        .OffsetsForTimes([new TopicPartitionTimestamp(topic, 0, new Timestamp(unixMs, TimestampType.CreateTime))], TimeSpan.FromSeconds(10))
        .Single().Offset;
}
