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
    public async Task A_consumer_ends_though_the_broker_does_not_answer_any_more()
    {
        await using var broker = await TestMachine.StartBrokerAsync(TestFolder.Next("kafka"), advertisedHost: BrokerProxy.Host);
        await using var proxy = new BrokerProxy(broker.Port);
        await using var host = await TestHost.CreateAsync(new($"{BrokerProxy.Host}:{broker.Port}", broker.RegistryAddress));
        await host.Services.GetTopicAdmin().ApplyAsync(default);
        var consumer = host.Consumer(Topics.DeadLetters);
        await host.Producer.ProduceAllAsync(StreamTest.Letters(Topics.DeadLetters, 50), default);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        await foreach (var batch in consumer.BatchesAsync(10, StreamTest.Linger, limit.Token))
        {
            proxy.Block();
            consumer.Store(batch);
            break;
        }

        await consumer.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Single_records_are_acknowledged_once_each_across_a_restart_and_none_is_lost()
    {
        const int Count = 600;
        var folder = TestFolder.Next("kafka");
        var broker = await TestMachine.StartBrokerAsync(folder);
        var (port, registryPort) = (broker.Port, broker.RegistryAddress.Port);
        await using var host = await TestHost.CreateAsync(new(broker.BootstrapServers, broker.RegistryAddress));
        await host.Services.GetTopicAdmin().ApplyAsync(default);
        var topic = Topics.DeadLetters;
        await host.Producer.ProduceAsync(topic, "key", StreamTest.Letter(0), new RecordHeaders().Set("number", "0"), default);

        var places = new List<Task<RecordCoordinates>>();
        for (var number = 1; number <= Count; number++)
        {
            places.Add(host.Producer.ProduceAsync(topic, $"key {number}", StreamTest.Letter(number), new RecordHeaders().Set("number", $"{number}"), default));
            if (number is Count / 3)
                await broker.DisposeAsync();
        }

        await using var again = await TestMachine.StartBrokerAsync(folder, port, registryPort);
        var told = await Task.WhenAll(places).WaitAsync(TimeSpan.FromSeconds(60));

        await using var consumer = host.Consumer(topic);
        var read = await consumer.ReadAsync(Count + 1);
        read.Select(StreamTest.Number).Order().ShouldBe(Enumerable.Range(0, Count + 1));
        read.Where(static record => record.Number() > 0).OrderBy(StreamTest.Number).Select(static record => record.Coordinates).ShouldBe(told);
    }

    [Fact]
    public async Task Without_a_broker_a_record_is_refused_within_its_time_and_a_full_queue_at_once()
    {
        var broker = await TestMachine.StartBrokerAsync(TestFolder.Next("kafka"));
        await using var host = await TestHost.CreateAsync(
            new(broker.BootstrapServers, broker.RegistryAddress),
            settings: [new("Producer:MessageTimeout", "00:00:01"), new("Producer:QueueRecords", "100")]);
        await host.Services.GetTopicAdmin().ApplyAsync(default);

        // Connecting may take longer than a record has.
        await Eventually.Holds(() => host.Producer.ProduceAsync(Topics.DeadLetters, "key", StreamTest.Letter(0), new(), default), TimeSpan.FromSeconds(60));
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
