using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Streams;

/// <summary>The broker goes and comes back. A local broker of each test's own, so not for a real cluster.</summary>
public sealed class BrokerLossTests
{
    [Fact]
    public async Task Loops_go_on_by_themselves_when_the_broker_is_back()
    {
        var folder = TestFolder.Next("kafka");
        var broker = await TestMachine.StartBrokerAsync(folder);
        var (port, registryPort) = (broker.Port, broker.RegistryAddress.Port);
        await using var host = await TestHost.CreateAsync(new(broker.BootstrapServers, broker.RegistryAddress));
        await host.Services.GetTopicAdmin().ApplyAsync(default);
        var topic = Topics.DeadLetters;
        await using var consumer = host.Consumer(topic);
        var numbers = new System.Collections.Concurrent.ConcurrentQueue<int>();
        using var end = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var batch in consumer.BatchesAsync(10, StreamTest.Linger, end.Token))
            {
                foreach (var record in batch)
                    numbers.Enqueue(record.Number());
                consumer.Store(batch);
            }
        });
        await host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 50), default);
        await Eventually.Holds(() => numbers.Count >= 50);

        await broker.DisposeAsync();
        var producing = host.Producer.ProduceAllAsync(StreamTest.Letters(topic, 50, from: 50), default);
        await Task.WhenAny(producing, Task.Delay(300));
        producing.IsCompleted.ShouldBeFalse();
        await using var again = await TestMachine.StartBrokerAsync(folder, port, registryPort);

        await producing.WaitAsync(TimeSpan.FromSeconds(30));
        await Eventually.Holds(() => numbers.Distinct().Count() == 100, TimeSpan.FromSeconds(30));
        await end.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task Without_a_broker_a_record_is_refused_within_its_time_and_a_full_queue_at_once()
    {
        var broker = await TestMachine.StartBrokerAsync(TestFolder.Next("kafka"));
        await using var host = await TestHost.CreateAsync(
            new(broker.BootstrapServers, broker.RegistryAddress),
            settings: [new("Producer:MessageTimeout", "00:00:01"), new("Producer:QueueRecords", "100")]);
        await host.Services.GetTopicAdmin().ApplyAsync(default);
        await host.Producer.ProduceAsync(Topics.DeadLetters, "key", StreamTest.Letter(0), new(), default);
        await broker.DisposeAsync();

        var attempts = Enumerable.Range(0, 150).Select(number => host.Producer.ProduceAsync(Topics.DeadLetters, "key", StreamTest.Letter(number), new(), default)).ToList();
        attempts.Count(attempt => attempt.IsFaulted).ShouldBeGreaterThanOrEqualTo(50);
        var reasons = new List<LogFault>();
        foreach (var attempt in attempts)
            reasons.Add((await Should.ThrowAsync<LogUnavailableException>(attempt)).Reason);

        reasons.Count(reason => reason is LogFault.QueueFull).ShouldBeInRange(50, 60);
        reasons.Count(reason => reason is LogFault.TimedOut).ShouldBeGreaterThanOrEqualTo(90);
    }
}
