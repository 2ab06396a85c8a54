using System.Security.Cryptography;
using Confluent.Kafka;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>Compaction in a running broker, seen by a client that reads the topic from its start.</summary>
public sealed class CompactionTests
{
    private const int Keys = 10;
    private const int Records = 400;
    private const int Fillers = 10;

    [Fact]
    public async Task A_compacted_topic_shrinks_to_the_last_value_of_each_key_and_readers_reach_its_end()
    {
        using var broker = await TestBroker.RunAsync(static options => options.CompactionCheckInterval = TimeSpan.FromMilliseconds(100));
        await Task.WhenAll(Enum.GetValues<CompressionType>().Select(codec => Task.Run(() => CompactAndReadAsync(broker, codec))));

        await broker.DisposeAsync();
    }

    private static async Task CompactAndReadAsync(TestBroker broker, CompressionType codec)
    {
        var topic = await broker.CreateTopicAsync(1, ("cleanup.policy", "compact"), ("segment.bytes", "4096"), ("min.cleanable.dirty.ratio", "0.01"));
        using var producer = broker.Producer(config =>
            (config.CompressionType, config.BatchNumMessages, config.EnableIdempotence) = (codec, 10, true));
        await Task.WhenAll(Enumerable.Range(0, Records).Select(i =>
            producer.ProduceAsync(topic, new Message<string?, string?> { Key = $"key-{i % Keys}", Value = $"{i} {new string('v', 100)}" })));
        // The written segment is not compacted: these records close it, since no codec makes them small.
        await Task.WhenAll(Enumerable.Range(0, Fillers).Select(_ => producer.ProduceAsync(
            topic, new Message<string?, string?> { Key = "filler", Value = RandomNumberGenerator.GetHexString(6000) })));

        await Eventually.TrueAsync(
            () => ReadKeyed(broker, topic).Count == Keys, () => $"{ReadKeyed(broker, topic).Count} records are left of {codec}");

        ReadKeyed(broker, topic).Select(static record => (record.Offset.Value, record.Message.Key, record.Message.Value.Split(' ')[0]))
            .ShouldBe(Enumerable.Range(Records - Keys, Keys).Select(static i => ((long)i, (string?)$"key-{i % Keys}", $"{i}")));
        var next = await producer.ProduceAsync(topic, new Message<string?, string?> { Key = "key-0", Value = "next" });
        next.Offset.Value.ShouldBe(Records + Fillers);
    }

    /// <summary>Every record but the fillers, read from the start to the end of the partition.</summary>
    private static List<ConsumeResult<string?, string>> ReadKeyed(TestBroker broker, string topic)
    {
        var config = broker.Configure(static config => config.EnablePartitionEof = true);
        using var consumer = new ConsumerBuilder<string?, string>(config).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var read = new List<ConsumeResult<string?, string>>();
        while (true)
        {
            var record = consumer.Consume(deadline.Token);
            if (record.IsPartitionEOF)
                return read.FindAll(static record => record.Message.Key != "filler");
            read.Add(record);
        }
    }
}
