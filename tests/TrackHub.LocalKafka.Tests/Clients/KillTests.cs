using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.LocalKafka.Tests.Clients;

/// <summary>An ack survives kill -9: the broker is killed under load, again and again.</summary>
public sealed class KillTests : IDisposable
{
    private const int Rounds = 3;
    private const int Partitions = 3;
    private const int AcksBeforeKill = 3000;

    private readonly string _directory = Directory.CreateTempSubdirectory("kill-").FullName;
    private readonly ConcurrentDictionary<string, TopicPartitionOffset> _acked = new();
    private int _produced;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Every_acked_record_and_committed_offset_is_there_once_after_kill_9_under_load()
    {
        var broker = await BrokerProcess.StartAsync(_directory, port: 0);
        var port = int.Parse(broker.BootstrapServers.Split(':')[1]);
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build())
            await admin.CreateTopicsAsync([new TopicSpecification { Name = "load", NumPartitions = Partitions, ReplicationFactor = 1 }]);
        using (var producer = Producer(broker.BootstrapServers))
        {
            using var loading = new CancellationTokenSource();
            var load = Task.Run(() => Load(producer, loading.Token));
            for (var round = 1; round <= Rounds; round++)
            {
                var goal = _acked.Count + AcksBeforeKill;
                await Eventually.TrueAsync(() => _acked.Count >= goal, () => $"{_acked.Count} of {goal} acks in round {round}");
                Commit(broker.BootstrapServers, round);
                await broker.KillAsync();
                broker.Dispose();
                broker = await BrokerProcess.StartAsync(_directory, port);
                CommittedAt(broker.BootstrapServers).ShouldBe(round);
            }

            await loading.CancelAsync();
            await load;
            producer.Flush(TimeSpan.FromSeconds(20)).ShouldBe(0);
        }

        var stored = ReadAll(broker.BootstrapServers);
        broker.Dispose();

        stored.Select(static record => record.Message.Value).ShouldBeUnique();
        var where = stored.ToDictionary(static record => record.Message.Value, static record => record.TopicPartitionOffset);
        _acked.ShouldAllBe(ack => where.ContainsKey(ack.Key) && where[ack.Key] == ack.Value);
        _acked.Count.ShouldBe(_produced);
        stored.Count.ShouldBe(_produced);
    }

    private static IProducer<Null, string> Producer(string bootstrapServers) => new ProducerBuilder<Null, string>(new ProducerConfig
    {
        BootstrapServers = bootstrapServers,
        EnableIdempotence = true,
        LingerMs = 1,
        BatchNumMessages = 50,
        ReconnectBackoffMs = 20,
        ReconnectBackoffMaxMs = 100,
        RetryBackoffMs = 20,
    }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();

    private void Load(IProducer<Null, string> producer, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var value = _produced.ToString();
            try
            {
                producer.Produce(new TopicPartition("load", _produced % Partitions), new Message<Null, string> { Value = value }, report =>
                {
                    if (!report.Error.IsError)
                        _acked[value] = report.TopicPartitionOffset;
                });
                _produced++;
            }
            catch (ProduceException<Null, string> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(20));
            }

            // A steady load with many batches in flight, not a full queue: the kill should hit writes, not waits.
            if (_produced - _acked.Count > 2000)
                producer.Poll(TimeSpan.FromMilliseconds(5));
        }
    }

    private static void Commit(string bootstrapServers, long offset)
    {
        using var consumer = Consumer(bootstrapServers);
        consumer.Commit([new TopicPartitionOffset("load", 0, offset)]);
    }

    private static long CommittedAt(string bootstrapServers)
    {
        using var consumer = Consumer(bootstrapServers);
        return consumer.Committed([new TopicPartition("load", 0)], TimeSpan.FromSeconds(10)).Single().Offset.Value;
    }

    private static List<ConsumeResult<Ignore, string>> ReadAll(string bootstrapServers)
    {
        using var consumer = Consumer(bootstrapServers);
        consumer.Assign(Enumerable.Range(0, Partitions).Select(static partition => new TopicPartitionOffset("load", partition, Offset.Beginning)));
        var read = new List<ConsumeResult<Ignore, string>>();
        for (var ended = 0; ended < Partitions;)
        {
            var record = consumer.Consume(TimeSpan.FromSeconds(20)) ?? throw new TimeoutException($"{read.Count} records read, {ended} partitions ended");
            if (record.IsPartitionEOF)
                ended++;
            else
                read.Add(record);
        }

        return read;
    }

    private static IConsumer<Ignore, string> Consumer(string bootstrapServers) => new ConsumerBuilder<Ignore, string>(new ConsumerConfig
    {
        BootstrapServers = bootstrapServers,
        GroupId = "kill",
        EnableAutoCommit = false,
        EnablePartitionEof = true,
        CheckCrcs = true,
    }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
}
