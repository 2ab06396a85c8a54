using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TrackHub.LocalKafka.Faults.Damage;
using TrackHub.LocalKafka.Faults.Lab;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Tests;
using TrackHub.Testing;
using ErrorCode = TrackHub.LocalKafka.Wire.ErrorCode;

namespace TrackHub.LocalKafka.Faults.Clock;

/// <summary>The wall clock jumps, minutes and years, forward and back, while the broker works.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private static readonly DateTimeOffset LongAgo = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan[] Jumps = [TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(-20), TimeSpan.FromDays(1000), TimeSpan.FromDays(-3000), TimeSpan.FromDays(2000)];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly JumpingClock _clock = new();
    private readonly Lines _lines = new();
    private LocalKafkaHost _broker = null!;
    private Clients _clients = null!;

    public async Task InitializeAsync()
    {
        var options = new LocalKafkaOptions
        {
            DataDirectory = TestFolder.Next("clock"),
            Port = 0,
            RegistryPort = 0,
            RetentionCheckInterval = TimeSpan.FromMilliseconds(100),
            OffsetsRetentionCheckInterval = TimeSpan.FromMilliseconds(100),
        };
        _broker = await LocalKafkaHost.StartAsync(options, _lines, _clock);
        _clients = new Clients(_broker.BootstrapServers);
    }

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        _lines.Dispose();
    }

    [Fact]
    public async Task Sessions_go_by_time_that_passes_so_a_group_does_not_notice()
    {
        await CreateAsync("topic");
        using var producer = Producer();
        var rebalances = 0;
        using var member = _clients.Consumer("group", static config => config.EnablePartitionEof = false, builder => builder
            .SetPartitionsAssignedHandler((_, _) => Interlocked.Increment(ref rebalances))
            .SetPartitionsRevokedHandler((_, _) => Interlocked.Increment(ref rebalances)));
        member.Subscribe("topic");

        for (var i = 0; i <= Jumps.Length; i++)
        {
            if (i > 0)
                _clock.Jump(Jumps[i - 1]);
            for (var n = 0; n < 3; n++)
            {
                await SendAsync(producer, "topic", n);
                var record = await Task.Run(() => member.Consume(Patience));
                member.Commit(record);
            }
        }

        rebalances.ShouldBe(1);
    }

    [Fact]
    public async Task Offsets_by_time_are_the_first_at_or_after_it_however_append_times_jump()
    {
        await CreateAsync("topic", ("message.timestamp.type", "LogAppendTime"), ("segment.bytes", "2000"), ("retention.ms", "-1"));
        using var producer = Producer();
        foreach (var jump in Jumps)
        {
            for (var n = 0; n < 20; n++)
                await SendAsync(producer, "topic", n);
            _clock.Jump(jump);
        }

        using var consumer = _clients.Consumer("reading");
        var stored = Read(consumer, "topic");
        stored.Count.ShouldBe(20 * Jumps.Length);
        // Each run of records between two jumps: its first and last, and the milliseconds beside them.
        foreach (var time in stored.Chunk(20).SelectMany(static run => new[] { run[0].TimestampMs, run[0].TimestampMs - 1, run[^1].TimestampMs + 1 }))
        {
            var found = consumer.OffsetsForTimes([new TopicPartitionTimestamp("topic", 0, new Timestamp(time, TimestampType.CreateTime))], Patience).Single().Offset;
            var first = stored.Where(record => record.TimestampMs >= time).Select(static record => record.Offset).DefaultIfEmpty(Offset.End.Value).First();
            found.Value.ShouldBe(first, $"time {time}");
        }
    }

    [Fact]
    public async Task Retention_deletes_nothing_young_when_the_clock_jumps()
    {
        await CreateAsync("kept", ("retention.ms", "3600000"));
        using var producer = Producer();
        for (var n = 0; n < 10; n++)
            await SendAsync(producer, "kept", n);
        using var committer = _clients.Consumer("away");
        committer.Commit([new TopicPartitionOffset("kept", 0, 5)]);

        foreach (var jump in new[] { LongAgo - _clock.GetUtcNow(), TimeSpan.FromDays(365 * 20) })
        {
            _clock.Jump(jump);
            await SweptAsync(producer);
            await SweptAsync(producer);   // twice: offsets are looked at as often, at a time of their own
            LowWatermark("kept").ShouldBe(0);
            committer.Committed([new TopicPartition("kept", 0)], Patience).Single().Offset.Value.ShouldBe(5);
        }

        _lines.All.ShouldContain(static line => line.Contains("wall clock"));
    }

    [Fact]
    public async Task A_batch_sent_again_after_a_jump_of_days_is_still_known()
    {
        await CreateAsync("topic");
        using var client = await RawClient.ConnectAsync(_broker.Port);
        (await ProduceAsync(client, producer: 5000, sequence: 0)).ShouldBe(0);

        _clock.Jump(TimeSpan.FromDays(3));
        (await ProduceAsync(client, producer: 6000, sequence: 0)).ShouldBe(1);

        (await ProduceAsync(client, producer: 5000, sequence: 0)).ShouldBe(0);
        (await ProduceAsync(client, producer: 5000, sequence: 1)).ShouldBe(2);
    }

    /// <summary>Waits until retention has looked once more: what is past every clock's retention is gone.</summary>
    private async Task SweptAsync(IProducer<string, string> producer)
    {
        var marker = $"marker-{Guid.NewGuid():N}";
        await CreateAsync(marker, ("retention.ms", "1"));
        await SendAsync(producer, marker, 0, LongAgo.AddYears(-10));
        await Eventually.Holds(() => LowWatermark(marker) == 1, Patience);
    }

    private long LowWatermark(string topic)
    {
        using var consumer = _clients.Consumer("reading");
        return consumer.QueryWatermarkOffsets(new TopicPartition(topic, 0), Patience).Low.Value;
    }

    private static List<(long Offset, long TimestampMs)> Read(IConsumer<string, string> consumer, string topic)
    {
        consumer.Assign(new TopicPartitionOffset(topic, 0, 0));
        var read = new List<(long, long)>();
        while (consumer.Consume(Patience) is { IsPartitionEOF: false } record)
            read.Add((record.Offset.Value, record.Message.Timestamp.UnixTimestampMs));
        return read;
    }

    private IProducer<string, string> Producer() => _clients.Producer(new ProducerConfig { LingerMs = 0 }, static _ => { });

    private static async Task SendAsync(IProducer<string, string> producer, string topic, int number, DateTimeOffset? at = null)
    {
        var time = at is { } given ? new Timestamp(given) : Timestamp.Default;
        await producer.ProduceAsync(new TopicPartition(topic, 0), new Message<string, string> { Key = "key", Value = $"{number}", Timestamp = time });
    }

    private static async Task<long> ProduceAsync(RawClient client, long producer, int sequence)
    {
        var (error, offset) = await client.ProduceAsync("topic", TestBatch.Encode("value", producerId: producer, epoch: 0, sequence: sequence));
        error.ShouldBe(ErrorCode.None);
        return offset;
    }

    private async Task CreateAsync(string topic, params (string Name, string Value)[] config)
    {
        using var admin = _clients.Admin();
        await admin.CreateTopicsAsync(
            [new TopicSpecification { Name = topic, NumPartitions = 1, Configs = config.ToDictionary(static setting => setting.Name, static setting => setting.Value) }]);
    }
}
