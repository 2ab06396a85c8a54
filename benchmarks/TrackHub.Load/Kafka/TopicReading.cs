using Confluent.Kafka;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Kafka;

/// <summary>Throughput of consuming: a filled topic is read from start to end, again and again, as fast as it comes.</summary>
internal sealed class TopicReading(LoadSettings settings, TimeProvider clock)
{
    // Less than librdkafka's mock cluster keeps, 5 MB a partition.
    private const int Records = 12_000;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Fills a topic with what is read.</summary>
    public static async Task FillAsync(RawTopic topic, CancellationToken cancellationToken)
    {
        await using var producer = new ProduceTarget(topic, connections: 1);
        var sent = Enumerable.Range(0, Records).Select(number => producer.SendAsync(number, cancellationToken));
        if ((await Task.WhenAll(sent)).FirstOrDefault(static failure => failure is not null) is { } failure)
            throw new InvalidOperationException($"The topic could not be filled: {failure}.");
    }

    /// <summary>Reads it.</summary>
    public async Task<Measurement> MeasureAsync(string name, RawTopic topic, int connections)
    {
        await ReadAsync(new(name, LoadMode.Closed, connections), topic, settings.WarmUp);
        var measurement = new Measurement(name, LoadMode.Closed, connections);
        await ReadAsync(measurement, topic, settings.Duration);
        return measurement;
    }

    private async Task ReadAsync(Measurement into, RawTopic topic, TimeSpan duration)
    {
        var started = clock.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, into.Connections).Select(number => Task.Factory.StartNew(
            () => Read(number), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        into.Elapsed = clock.GetElapsedTime(started);

        void Read(int number)
        {
            using var consumer = topic.Consumer(number, into.Connections, fromStart: true);
            while (clock.GetElapsedTime(started) < duration)
            {
                switch (consumer.Consume(Poll))
                {
                    case { IsPartitionEOF: true } end:
                        consumer.Seek(new(end.TopicPartition, Offset.Beginning));
                        break;
                    case { } record:
                        into.Latency.Record(TimeSpan.Zero);
                        _ = record.Message.Value.Length;
                        break;
                    default:
                        break;
                }
            }
        }
    }
}
