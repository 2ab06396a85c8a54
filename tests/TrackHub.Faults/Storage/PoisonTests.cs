using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using TrackHub.Faults.Lab;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Faults.Storage;

/// <summary>Records nobody can use in every partition of every topic that is read, while events flow.</summary>
[Collection(nameof(StorageLab))]
public sealed class PoisonTests(StorageLab lab)
{
    private const int Rate = 40;
    private const int Seed = 17;
    private const string ForeignSchema = """{"type":"record","name":"Later","namespace":"example","fields":[{"name":"x","type":"long"}]}""";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly (string Role, int Port)[] Readers = [(LabServices.Matcher, 11), (LabServices.Dispatcher, 12), (LabServices.Ledger, 13)];

    private string Brokers => $"127.0.0.1:{lab.Machine.PortBase + 4}";

    private Uri Registry => new($"http://127.0.0.1:{lab.Machine.PortBase + 3}");

    [Fact]
    public async Task Poison_in_each_partition_becomes_one_dead_letter_and_stops_nobody()
    {
        await using var host = await TestHost.CreateAsync(new(Brokers, Registry));
        await using var load = lab.StartLoad(Rate);
        await load.FlowsAsync();
        var roles = LabServices.Roles.ToDictionary(static role => role, lab.Services.Pid);
        var random = new Random(Seed);
        var foreign = await RegisterAsync();
        var sound = await SoundRecordsAsync(host);

        var poison = Poison.TopicsRead(FaultLab.IsFull)
            .SelectMany(topic => Poison.For(topic, sound[topic.Name], foreign, lab.Brands[1].Id, FaultLab.IsFull, random)).ToList();
        var expected = await ProduceAsync(poison);

        var limit = FaultLab.IsFull ? TimeSpan.FromMinutes(8) : Patience;
        await Eventually.Holds(
            async () =>
            {
                var missing = expected.Keys.Except((await LettersAsync(host)).Select(static letter => letter.DeadLetterId)).ToList();
                missing.ShouldBeEmpty($"{missing.Count} of {expected.Count} have no letter");
            },
            limit);
        await load.FlowsAsync();
        await lab.ConcludeAsync(load, crashes: 0);

        var letters = (await LettersAsync(host)).ToLookup(static letter => letter.DeadLetterId);
        foreach (var (source, told) in expected)
        {
            var letter = letters[source].ShouldHaveSingleItem($"one record, one letter: {source}");
            letter.Reason.ShouldBe(told.Reason, source);
            $"{letter.SourceTopic}/{letter.SourcePartition}/{letter.SourceOffset}".ShouldBe(source);
            (letter.Original is not null || letter.Detail.Contains("lies at its source", StringComparison.Ordinal)).ShouldBe(told.Message.Value is not null, source);
        }

        // Those of the ingress are webhooks that another scenario sent.
        letters.Select(static letter => letter.Key).Where(id => !expected.ContainsKey(id) && !id.StartsWith("ingress/", StringComparison.Ordinal))
            .ShouldBeEmpty("nothing sound is among the dead letters");
        LabServices.Roles.ToDictionary(static role => role, lab.Services.Pid).ShouldBe(roles, "nobody died of it");
        await AlarmIsRaisedAsync();
        (await lab.Machine.RunAsync("tail", Topics.CapiDispatch.Name, "--from", "1h")).Code.ShouldBe(0, "operators can look at it");
    }

    private async Task AlarmIsRaisedAsync()
    {
        using var http = new HttpClient();
        foreach (var (role, port) in Readers)
        {
            var metrics = await http.GetStringAsync(new Uri($"http://127.0.0.1:{lab.Machine.PortBase + port}/metrics"));
            metrics.Split('\n').ShouldContain(
                static line => line.StartsWith("trackhub_dead_letters", StringComparison.Ordinal) && line.Contains("reason=\"brand_mismatch\"", StringComparison.Ordinal), role);
            File.ReadLines(Path.Combine(lab.Machine.Data, "logs", role + ".log"))
                .ShouldContain(static line => line.Contains("moved to the dead letters", StringComparison.Ordinal), role);
        }
    }

    private async Task<int> RegisterAsync()
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsJsonAsync(new Uri(Registry, "/subjects/later-value/versions"), new { schema = ForeignSchema });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt32();
    }

    /// <summary>A sound record of the first brand for every topic, from the topic of its type that has some.</summary>
    private async Task<Dictionary<string, SoundRecord>> SoundRecordsAsync(TestHost host)
    {
        var letter = new DeadLetter { DeadLetterId = "none/0/0", Stage = "test", Reason = "none", Detail = "", At = DateTimeOffset.UnixEpoch };
        var brand = lab.Brands[0].Id;
        var alert = new Alert
        {
            AlertId = "lab",
            BrandId = brand,
            Rule = "lab",
            Severity = AlertSeverity.Info,
            State = AlertState.Resolved,
            Since = DateTimeOffset.UnixEpoch,
            At = DateTimeOffset.UnixEpoch,
            Value = 0,
            Threshold = 0,
        };
        var quarantined = new QuarantinedWebhook
        {
            QuarantineId = EventIds.NewIngestId(TimeProvider.System),
            BrandId = brand,
            Gateway = "kiwify",
            ConnectionId = "con_lab",
            ReceivedAt = DateTimeOffset.UnixEpoch,
            At = DateTimeOffset.UnixEpoch,
        };
        var spend = new AdSpend
        {
            BrandId = brand,
            Source = MetricSource.Meta,
            AccountId = "act_lab",
            Hour = DateTimeOffset.UnixEpoch,
            PulledAt = DateTimeOffset.UnixEpoch,
            Currency = "BRL",
        };
        var found = new Dictionary<string, SoundRecord>
        {
            [Topics.AdSpend.Name] = new($"{brand}/meta", await host.Codec.EncodeAsync(Topics.AdSpend, spend, default)),
            [Topics.Quarantine.Name] = new($"{brand}/kiwify", await host.Codec.EncodeAsync(Topics.Quarantine, quarantined, default)),
            [Topics.DeadLetters.Name] = new("none", await host.Codec.EncodeAsync(Topics.DeadLetters, letter, default)),
            [Topics.Alerts.Name] = new($"{brand}/lab", await host.Codec.EncodeAsync(Topics.Alerts, alert, default)),
        };
        foreach (var topic in new[] { Topics.TrackEvents, Topics.IngestEvents, Topics.CapiDispatch, Topics.EventOutcomes, Topics.Conversions })
        {
            await Eventually.Holds(() => Task.FromResult(ReadAll(topic).FirstOrDefault(IsOfBrand) is { } record && found.TryAdd(topic.Name, Of(record))), Patience);
        }

        foreach (var topic in Topics.All.Where(topic => !found.ContainsKey(topic.Name)))
        {
            var like = topic.ValueType == typeof(DispatchReady) ? Topics.CapiDispatch : topic.ValueType == typeof(TrackedEvent) ? Topics.IngestEvents : Topics.DeadLetters;
            found[topic.Name] = found[like.Name];
        }

        return found;

        bool IsOfBrand(ConsumeResult<byte[], byte[]?> record) =>
            record.Message.Value is not null && record.Message.Headers.TryGetLastBytes("brand", out var told) && Encoding.UTF8.GetString(told) == brand;

        static SoundRecord Of(ConsumeResult<byte[], byte[]?> record) => new(Encoding.UTF8.GetString(record.Message.Key), record.Message.Value!);
    }

    private async Task<Dictionary<string, Poison>> ProduceAsync(IReadOnlyList<Poison> poison)
    {
        using var producer = new ProducerBuilder<byte[], byte[]?>(new ProducerConfig { BootstrapServers = Brokers, MessageMaxBytes = 1_048_000 }).Build();
        var reports = await Task.WhenAll(poison.Select(one => producer.ProduceAsync(new TopicPartition(one.Topic.Name, one.Partition), one.Message)));
        return reports.Zip(poison).ToDictionary(static pair => $"{pair.First.Topic}/{pair.First.Partition.Value}/{pair.First.Offset.Value}", static pair => pair.Second);
    }

    private async Task<List<DeadLetter>> LettersAsync(TestHost host)
    {
        var records = ReadAll(Topics.DeadLetters)
            .Select(static r => new StreamRecord { Coordinates = new(r.Topic, r.Partition.Value, r.Offset.Value), Timestamp = default, Key = r.Message.Key, Value = r.Message.Value })
            .ToList();
        await host.Codec.PrepareAsync(records, default);
        var letters = new List<DeadLetter>();
        foreach (var record in records)
        {
            if (host.Codec.TryDecode<DeadLetter>(record, out var letter, out _))
                letters.Add(letter);
        }

        return letters;
    }

    /// <summary>All records of a topic, up to its ends as they are now.</summary>
    private List<ConsumeResult<byte[], byte[]?>> ReadAll(TopicDefinition topic)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]?>(new ConsumerConfig
        {
            BootstrapServers = Brokers,
            GroupId = "lab",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).Build();
        consumer.Assign(Enumerable.Range(0, topic.Partitions).Select(partition => new TopicPartitionOffset(topic.Name, partition, Offset.Beginning)));
        var (read, ended) = (new List<ConsumeResult<byte[], byte[]?>>(), new HashSet<int>());
        while (ended.Count < topic.Partitions)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException($"{topic.Name} was not read to its end.");
            if (result.IsPartitionEOF)
                ended.Add(result.Partition.Value);
            else
                read.Add(result);
        }

        return read;
    }
}
