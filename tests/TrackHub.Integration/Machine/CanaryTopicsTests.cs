using Confluent.Kafka;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Machine;

public sealed class CanaryTopicsTests
{
    [Fact]
    public async Task Compressed_records_are_looked_into_with_key_headers_and_value()
    {
        var kafka = await TestMachine.KafkaAsync();
        var topic = await TestMachine.CreateTopicAsync(Topics.Conversions, partitions: 3);
        var canaries = Enumerable.Range(0, 3).Select(static _ => $"canary-{Guid.NewGuid():N}").ToArray();
        using (var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers, CompressionType = CompressionType.Zstd }).Build())
        {
            var filling = new string('x', 10_000);
            await producer.ProduceAsync(new TopicPartition(topic.Name, 1), new() { Key = "clean", Value = filling });
            await producer.ProduceAsync(new TopicPartition(topic.Name, 1), new()
            {
                Key = canaries[0],
                Value = filling + canaries[1],
                Headers = [new("brand", System.Text.Encoding.UTF8.GetBytes(canaries[2]))],
            });
        }

        var findings = await new CanaryScan().Add("key", canaries[0]).Add("value", canaries[1]).Add("header", canaries[2]).TopicsAsync(kafka.BootstrapServers);

        findings.Order(Comparer<CanaryFinding>.Create(static (one, other) => string.CompareOrdinal(one.Canary, other.Canary))).ShouldBe(
        [
            new("header", "clear", $"{topic.Name}/1/1 header brand", 0),
            new("key", "clear", $"{topic.Name}/1/1 key", 0),
            new("value", "clear", $"{topic.Name}/1/1 value", 10_000),
        ]);
    }
}
