using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Streams;

/// <summary>What a record is when it is read back by another client.</summary>
public sealed class RecordProducerTests
{
    private static readonly byte[] Long = [.. Enumerable.Range(0, 5_000).Select(static i => (byte)i)];

    public static TheoryData<byte[]?, byte[]?> Bytes => new()
    {
        { null, "value"u8.ToArray() },
        { [], "value"u8.ToArray() },
        { "key"u8.ToArray(), null },
        { "key"u8.ToArray(), [] },
        { null, null },
        { Long, Long },
    };

    [Theory]
    [MemberData(nameof(Bytes))]
    public async Task Key_and_value_arrive_as_they_are_and_nothing_is_not_empty(byte[]? key, byte[]? value)
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.Quarantine, partitions: 1);

        var place = await host.Producer.ProduceWithinAsync(topic, key, value, new(), TimeSpan.FromSeconds(30));

        var message = ReadBack(host, place).Message;
        message.Key.ShouldBe(key);
        message.Value.ShouldBe(value);
        message.Headers.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Headers_arrive_in_order_whatever_their_names_and_values_are()
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.Quarantine, partitions: 1);
        (string Name, byte[] Value)[] headers =
        [
            ("brand", "brd_example"u8.ToArray()), ("empty", []), ("zeros", [0, 0, 0]), ("long", Long), ("nome-ção", "coração"u8.ToArray()),
            (new string('n', 1_000), Encoding.UTF8.GetBytes(new string('é', 1_000))),
        ];
        var asBytes = headers.Aggregate(new RecordHeaders(), static (all, header) => all.Set(header.Name, header.Value));
        var asText = headers.Where(static header => header.Value != Long).Aggregate(new RecordHeaders(), static (all, header) => all.Set(header.Name, Encoding.UTF8.GetString(header.Value)));

        var bytes = await host.Producer.ProduceWithinAsync(topic, "key"u8, "value"u8, asBytes, TimeSpan.FromSeconds(30));
        var text = await host.Producer.ProduceWithinAsync(topic, "key"u8, "value"u8, asText, TimeSpan.FromSeconds(30));

        Headers(bytes).ShouldBe(headers.Select(static header => (header.Name, Convert.ToHexString(header.Value))));
        Headers(text).ShouldBe(headers.Where(static header => header.Value != Long).Select(static header => (header.Name, Convert.ToHexString(header.Value))));

        IEnumerable<(string, string)> Headers(RecordCoordinates place) =>
            ReadBack(host, place).Message.Headers.Select(static header => (header.Key, Convert.ToHexString(header.GetValueBytes())));
    }

    [Fact]
    public async Task A_sampled_record_carries_the_span_of_its_sending()
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.Quarantine, partitions: 1);
        Activity? sent = null;
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == StreamMetrics.SourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => sent = span.TraceId.ToHexString() == "0af7651916cd43dd8448eb211c80319c" ? span : sent,
        };
        ActivitySource.AddActivityListener(listener);
        var headers = new RecordHeaders().Brand("brd_example").Set(RecordHeaders.TraceParentName, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        var place = await host.Producer.ProduceWithinAsync(topic, "key"u8, "value"u8, headers, TimeSpan.FromSeconds(30));

        ReadBack(host, place).Message.Headers.TryGetLastBytes(RecordHeaders.TraceParentName, out var carried).ShouldBeTrue();
        Encoding.ASCII.GetString(carried).ShouldBe(sent.ShouldNotBeNull().Id);
    }

    [Fact]
    public async Task A_record_larger_than_the_log_takes_is_refused_and_the_next_one_is_not()
    {
        await using var host = await TestHost.CreateAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.Quarantine, partitions: 1);

        var refused = await Should.ThrowAsync<LogUnavailableException>(async () =>
            await host.Producer.ProduceWithinAsync(topic, "key"u8, new byte[2 << 20], new(), TimeSpan.FromSeconds(30)));

        refused.Reason.ShouldBe(LogFault.Away);
        refused.Message.ShouldContain("MsgSizeTooLarge");
        await host.Producer.ProduceWithinAsync(topic, "key"u8, "value"u8, new(), TimeSpan.FromSeconds(30));
    }

    private static ConsumeResult<byte[]?, byte[]?> ReadBack(TestHost host, RecordCoordinates place)
    {
        var kafka = host.Services.GetRequiredService<IOptions<KafkaOptions>>().Value;
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(kafka.Connect(new ConsumerConfig { GroupId = "none", EnableAutoCommit = false })).Build();
        consumer.Assign(new TopicPartitionOffset(place.Topic, place.Partition, place.Offset));
        return consumer.Consume(TimeSpan.FromSeconds(30)).ShouldNotBeNull();
    }
}
