using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Npgsql;
using TrackHub.Cli;
using TrackHub.Cli.Moving;
using TrackHub.LocalKafka.Hosting;
using TrackHub.Testing;

namespace TrackHub.Integration.Moving;

/// <summary>A log moves from one broker to another: what was in it, and where everybody was.</summary>
public sealed class LogMoveTests : IAsyncLifetime
{
    private const string Topic = "sales";
    private const string Stamped = "stamped";
    private const string Group = "readers";

    private LocalKafkaHost _old = null!;
    private LocalKafkaHost _new = null!;

    public async Task InitializeAsync() =>
        (_old, _new) = (await TestMachine.StartBrokerAsync(TestFolder.Next("old")), await TestMachine.StartBrokerAsync(TestFolder.Next("new")));

    public async Task DisposeAsync()
    {
        await _old.DisposeAsync();
        await _new.DisposeAsync();
    }

    [Fact]
    public async Task Records_settings_and_the_groups_positions_arrive()
    {
        using var admin = Admin(_old);
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification { Name = Topic, NumPartitions = 2, ReplicationFactor = 1, Configs = new() { ["retention.ms"] = "3600000000" } },
            new TopicSpecification { Name = Stamped, NumPartitions = 1, ReplicationFactor = 1, Configs = new() { ["message.timestamp.type"] = "LogAppendTime" } },
        ]);
        await ProduceAsync();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(Topic, 0, 2)]);   // the log begins at 2, its copy at 0
        await admin.AlterConsumerGroupOffsetsAsync([new(Group, [new(Topic, 0, 4), new(Topic, 1, 1), new(Stamped, 0, 1)])]);
        using var from = new Cluster(new ClientConfig { BootstrapServers = _old.BootstrapServers });
        using var to = new Cluster(new ClientConfig { BootstrapServers = _new.BootstrapServers });

        var copied = await TopicsCopyCommand.MoveAsync(from, to, [Topic, Stamped], database: null, CancellationToken.None);

        copied.ShouldBe([new CopiedTopic(Topic, 2, 11), new CopiedTopic(Stamped, 1, 1)]);
        Read(_new, Topic, 0).ShouldBe(Read(_old, Topic, 0));
        Read(_new, Topic, 1).ShouldBe(Read(_old, Topic, 1));
        Read(_new, Stamped, 0).ShouldBe(Read(_old, Stamped, 0));
        (await to.ConfigAsync(Topic))["retention.ms"].ShouldBe("3600000000");
        (await to.HasAppendTimeAsync(Stamped)).ShouldBeTrue();
        (await to.PositionsAsync())[Group].OrderBy(static p => p.ToString(), StringComparer.Ordinal)
            .ShouldBe([new(Topic, 0, 2), new(Topic, 1, 1), new(Stamped, 0, 1)]);

        // A second copy would double everything.
        (await Should.ThrowAsync<CommandException>(() => TopicsCopyCommand.MoveAsync(from, to, [Topic], database: null, CancellationToken.None))).Message.ShouldContain("already held records");
    }

    [Fact]
    public async Task The_ledger_reads_on_where_it_was()
    {
        using var admin = Admin(_old);
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 2, ReplicationFactor = 1 }, new TopicSpecification { Name = Stamped, NumPartitions = 1, ReplicationFactor = 1 }]);
        await ProduceAsync();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(Topic, 0, 2)]);   // the log begins at 2, its copy at 0
        await using var database = NpgsqlDataSource.Create(await TestBrands.CreateDatabaseAsync());
        await using (var insert = database.CreateCommand($"insert into ledger_offsets (topic, partition, next_offset, again_until) values ('{Topic}', 0, 50, 40), ('{Topic}', 1, 3, 4), ('elsewhere', 0, 9, null)"))
            await insert.ExecuteNonQueryAsync();
        using var from = new Cluster(new ClientConfig { BootstrapServers = _old.BootstrapServers });
        using var to = new Cluster(new ClientConfig { BootstrapServers = _new.BootstrapServers });

        (await Should.ThrowAsync<CommandException>(() => TopicsCopyCommand.MoveAsync(from, to, [Topic], database, CancellationToken.None))).Message.ShouldContain("is being rebuilt");
        await using (var done = database.CreateCommand("update ledger_offsets set again_until = 3 where partition = 1"))
            await done.ExecuteNonQueryAsync();
        await TopicsCopyCommand.MoveAsync(from, to, [Topic], database, CancellationToken.None);

        (await KeptPositions.IsRebuildingAsync(database, CancellationToken.None)).ShouldBeFalse("the old log's offsets mean nothing in the new one");
        (await KeptPositions.All[0].ReadAsync(database, CancellationToken.None)).OrderBy(static p => p.ToString(), StringComparer.Ordinal)
            .ShouldBe([new("elsewhere", 0, 9), new(Topic, 0, 8), new(Topic, 1, 3)]);   // 50 lay beyond the end
    }

    [Fact]
    public async Task A_log_that_is_at_work_is_not_copied()
    {
        using var admin = Admin(_old);
        await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 2, ReplicationFactor = 1 }]);
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = _old.BootstrapServers, GroupId = Group }).Build();
        consumer.Subscribe(Topic);
        await Eventually.Holds(() =>
        {
            consumer.Consume(TimeSpan.FromMilliseconds(50));
            return consumer.Assignment.Count > 0;
        });
        using var from = new Cluster(new ClientConfig { BootstrapServers = _old.BootstrapServers });
        using var to = new Cluster(new ClientConfig { BootstrapServers = _new.BootstrapServers });

        var refusal = await Should.ThrowAsync<CommandException>(() => TopicsCopyCommand.MoveAsync(from, to, [Topic], database: null, CancellationToken.None));

        refusal.Message.ShouldContain(Group);
        consumer.Close();
    }

    private static IAdminClient Admin(LocalKafkaHost broker) => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();

    /// <summary>Ten records in partition 0, three in partition 1 of <see cref="Topic"/>, one in <see cref="Stamped"/>: keys, values and headers of every kind.</summary>
    private async Task ProduceAsync()
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = _old.BootstrapServers, CompressionType = CompressionType.Zstd }).Build();
        for (var i = 0; i < 13; i++)
        {
            await producer.ProduceAsync(new TopicPartition(Topic, i < 10 ? 0 : 1), new Message<byte[]?, byte[]?>
            {
                Key = i % 3 == 0 ? null : Encoding.UTF8.GetBytes($"key {i}"),
                Value = i % 4 == 0 ? null : Encoding.UTF8.GetBytes(new string('v', i)),
                Headers = [new Header("n", [(byte)i]), new Header("none", null)],
                Timestamp = new Timestamp(1_700_000_000_000 + i, TimestampType.CreateTime),
            });
        }

        await producer.ProduceAsync(Stamped, new Message<byte[]?, byte[]?> { Value = [1] });
    }

    private static List<string> Read(LocalKafkaHost broker, string topic, int partition)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig { BootstrapServers = broker.BootstrapServers, GroupId = "reads-all", EnablePartitionEof = true }).Build();
        consumer.Assign(new TopicPartitionOffset(topic, partition, Offset.Beginning));
        var read = new List<string>();
        while (consumer.Consume(TimeSpan.FromSeconds(20)) is { IsPartitionEOF: false } record)
        {
            var headers = record.Message.Headers.Select(static header => $"{header.Key}={Text(header.GetValueBytes())}");
            read.Add($"{Text(record.Message.Key)} {Text(record.Message.Value)} {record.Message.Timestamp.UnixTimestampMs} {string.Join(',', headers)}");
        }

        return read;

        static string Text(byte[]? bytes) => bytes is null ? "null" : Convert.ToHexString(bytes);
    }
}
