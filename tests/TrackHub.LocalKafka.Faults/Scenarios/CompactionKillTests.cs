using Confluent.Kafka.Admin;
using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Driving;
using TrackHub.LocalKafka.Faults.Lab;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Tests;
using TrackHub.Testing;
using Xunit.Abstractions;

namespace TrackHub.LocalKafka.Faults.Scenarios;

/// <summary>kill -9 while a compaction replaces segments: whatever it had done, the last value of each key stays.</summary>
public sealed class CompactionKillTests(ITestOutputHelper output) : IDisposable
{
    private const string Topic = "compacted";
    private const int Keys = 50;
    private const int RecordsARound = 3000;
    private const int MostMillisecondsOfCompaction = 400;

    // Slow and often, so that a compaction is under way at most moments.
    private static readonly string[] Settings =
    [
        $"{nameof(LocalKafkaOptions.CompactionCheckInterval)}=00:00:00.100", $"{nameof(LocalKafkaOptions.CompactionBytesPerSecond)}=1048576",
    ];

    private readonly string _directory = TestFolder.Next("compaction");
    private readonly int _port = LowPort.Next();
    private readonly List<string> _fatal = [];
    private BrokerProcess? _broker;

    public void Dispose() => _broker?.Dispose();

    [Fact]
    public async Task The_last_acknowledged_value_of_each_key_survives_kill_9_during_compaction_and_no_older_one_comes_back()
    {
        var rounds = Form.IsFull ? 30 : 2;
        var random = new Random(Form.Seed);
        output.WriteLine($"TRACKHUB_TEST_SEED={Form.Seed}");
        var clients = new Clients($"127.0.0.1:{_port}");
        await StartAsync();
        await CreateTopicAsync(clients);
        using var writer = new KeyedWriter(clients, Topic, Keys, _fatal.Add);
        for (var round = 1; round <= rounds; round++)
        {
            writer.Send(RecordsARound);
            await Eventually.Holds(() => IsReplacing(), BrokerLab.Patience);
            await Task.Delay(random.Next(MostMillisecondsOfCompaction));   // the moment of the fault
            var acknowledged = writer.Latest;
            await _broker!.KillAsync();
            _broker.Dispose();
            await StartAsync();
            var found = await LatestAsync(clients);
            acknowledged.Where(key => found.GetValueOrDefault(key.Key, -1) < key.Value).ShouldBeEmpty($"acknowledged before kill {round}, and an older value after it");
        }

        (await writer.FlushAsync(BrokerLab.Patience)).ShouldBeTrue("every record has an answer");
        _fatal.ShouldBeEmpty();
        await Eventually.Holds(async () => (await ReadAsync(clients)).Count.ShouldBeLessThan(writer.Sent / 2), BrokerLab.Patience);   // compacted in spite of it
        var numbers = writer.Numbers;
        numbers.Count.ShouldBe(writer.Sent);
        var stored = await ReadAsync(clients);
        stored.Where(record => numbers.GetValueOrDefault(record.Offset, -1) != record.Number || record.Producer != writer.KeyOf(record.Number))
            .ShouldBeEmpty("what is there is what was acknowledged with its offset");
        (await LatestAsync(clients)).ShouldBe(writer.Latest, ignoreOrder: true);
        output.WriteLine($"{rounds} kills during compaction; {writer.Sent} records acknowledged, {stored.Count} left");
    }

    private static async Task CreateTopicAsync(Clients clients)
    {
        using var admin = clients.Admin();
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = Topic,
            NumPartitions = 1,
            ReplicationFactor = 1,
            Configs = new() { ["cleanup.policy"] = "compact", ["segment.bytes"] = "100000", ["min.cleanable.dirty.ratio"] = "0.01" },
        }]);
    }

    private static async Task<List<StoredRecord>> ReadAsync(Clients clients)
    {
        var reading = new LogReading(clients, Topic, partitions: 1);
        return await reading.ReadAsync(await reading.BoundsAsync());
    }

    /// <summary>The number of each key's last record.</summary>
    private static async Task<Dictionary<string, int>> LatestAsync(Clients clients)
    {
        var latest = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var record in await ReadAsync(clients))
            latest[record.Producer] = record.Number;
        return latest;
    }

    /// <summary>Whether a segment is being written that is to take the place of others, or just takes it.</summary>
    private bool IsReplacing() => Directory.EnumerateFiles(Path.Combine(_directory, "topics"), "*", SearchOption.AllDirectories)
        .Any(static file => file.EndsWith(".cleaned", StringComparison.Ordinal) || file.EndsWith(".swap", StringComparison.Ordinal));

    private async Task StartAsync()
    {
        _broker = BrokerProcess.Spawn(_directory, _port, Settings);
        await _broker.ReadyAsync();
    }
}
