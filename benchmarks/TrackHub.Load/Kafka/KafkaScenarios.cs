using TrackHub.Cli;
using TrackHub.Load.Floors;
using TrackHub.Load.Measuring;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Kafka;

/// <summary>Raw Kafka through librdkafka, nothing of TrackHub in between but its client settings: the broker beside librdkafka's mock cluster.</summary>
internal static class KafkaScenarios
{
    /// <summary>What raw produce on the system's broker is called in results.</summary>
    public const string RawProduce = "raw produce";

    private const string Mock = "floor: mock cluster";

    // Not the mock: it answers a waiting fetch when its time is over, not when a record comes.
    private const string Append = "floor: produce alone";

    /// <summary>Call to durable.</summary>
    public static Task ProduceAsync(LoadRun run, CancellationToken cancellationToken) => OnBothAsync(
        run,
        (mock, topic) => run.MeasureAsync(
            [(Mock, count => new ProduceTarget(mock, count)), (RawProduce, count => new ProduceTarget(topic, count))], [LoadMode.Open, LoadMode.Closed], cancellationToken),
        cancellationToken);

    /// <summary>Call to consumed; then reading a filled topic.</summary>
    /// <exception cref="CommandException">More consumers than partitions.</exception>
    public static Task ConsumeAsync(LoadRun run, CancellationToken cancellationToken)
    {
        if (run.Connections.Any(static count => count > RawTopic.Partitions))
            throw new CommandException($"A topic of this scenario has {RawTopic.Partitions} partitions: --connections is at most that.");

        return OnBothAsync(run, MeasureAsync, cancellationToken);

        async Task MeasureAsync(RawTopic mock, RawTopic topic)
        {
            await run.MeasureAsync(
                [(Append, _ => new ProduceTarget(topic, connections: 1)), ("raw produce to consume", count => new HopTarget(topic, count))], [LoadMode.Open], cancellationToken);
            var reading = new TopicReading(run.Settings, run.Clock);
            await TopicReading.FillAsync(mock, cancellationToken);
            await TopicReading.FillAsync(topic, cancellationToken);
            foreach (var count in run.Connections)
            {
                await run.MeasureAsync(Mock, LoadMode.Closed, count, () => reading.MeasureAsync(Mock, mock, count));
                await run.MeasureAsync("raw consume", LoadMode.Closed, count, () => reading.MeasureAsync("raw consume", topic, count));
            }
        }
    }

    private static async Task OnBothAsync(LoadRun run, Func<RawTopic, RawTopic, Task> measureAsync, CancellationToken cancellationToken)
    {
        await using var floor = await FloorProcess.StartAsync(FloorProgram.Kafka, cancellationToken);
        await using var topic = await RawTopic.CreateAsync(run.System.Kafka, run.TopicName);
        var mock = RawTopic.OnMock(floor.Address, run.TopicName);
        await TopicReading.FillAsync(mock, cancellationToken);   // the mock makes the topic with its first record
        await measureAsync(mock, topic);
    }
}
