using System.Diagnostics.Metrics;
using Confluent.Kafka;
using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Tests.Hosting;

public sealed class LogGaugesTests
{
    [Fact]
    public async Task Log_and_lag_are_told_by_topic_and_group()
    {
        using var broker = await TestBroker.RunAsync();
        var topic = await broker.CreateTopicAsync(2);
        using var producer = broker.Producer();
        foreach (var partition in new[] { 0, 0, 1 })
            await producer.ProduceAsync(new TopicPartition(topic, partition), new Message<string?, string?> { Value = "x" });
        var group = TestBroker.NewName("lagging");
        using (var consumer = broker.Consumer(config => config.GroupId = group))
            consumer.Commit([new TopicPartitionOffset(topic, 0, 1), new TopicPartitionOffset(topic, 1, 0)]);

        var told = Told().Where(one => one.Tags.Contains(topic)).ToDictionary(static one => one.Name, static one => (one.Tags, one.Value));

        told["trackhub.broker.log.records"].Value.ShouldBe(3);
        told["trackhub.broker.log.segments"].Value.ShouldBe(2);
        told["trackhub.broker.log.size"].Value.ShouldBe(broker.SegmentsOf(topic, 0).Concat(broker.SegmentsOf(topic, 1)).Sum(static path => new FileInfo(path).Length));
        told["trackhub.broker.group.lag"].ShouldBe(($"{group} {topic}", 2));
        await broker.DisposeAsync();
    }

    [Fact]
    public void Names_beyond_the_limit_share_a_series_and_the_sum_stays()
    {
        var series = Enumerable.Range(0, LogGauges.MaxSeries + 5).Select(static i => (new KeyValuePair<string, object?>[] { new("topic", $"t{i:0000}") }, 1L)).Reverse();

        var told = LogGauges.Bounded(series).ToList();

        told.Count.ShouldBe(LogGauges.MaxSeries + 1);
        told.Sum(static one => one.Value).ShouldBe(LogGauges.MaxSeries + 5);
        told[0].Tags[0].Value.ShouldBe("t0000");
        (told[^1].Tags[0].Value, told[^1].Value).ShouldBe(("_other", 5));
    }

    private static List<(string Name, string Tags, long Value)> Told()
    {
        var told = new List<(string, string, long)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listening) =>
            {
                if (instrument.Meter.Name == BrokerMetrics.MeterName && instrument.IsObservable)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            lock (told)
                told.Add((instrument.Name, string.Join(' ', tags.ToArray().Select(static tag => tag.Value)), value));
        });
        listener.Start();
        listener.RecordObservableInstruments();
        lock (told)
            return [.. told];
    }
}
