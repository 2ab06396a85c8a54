using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Lab;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.Testing;

namespace TrackHub.LocalKafka.Faults.Damage;

/// <summary>A stopped broker's folder with several segments, topics and groups in it, to be copied and damaged.</summary>
public sealed class SoundLog : IAsyncLifetime
{
    internal const string Topic = "load";
    internal const int Partitions = 2;
    private const int Records = 3000;
    private const int Groups = 5;

    private readonly string _directory = TestFolder.Next("sound");

    /// <summary>What was sent and acknowledged.</summary>
    internal IReadOnlyList<SentLog> Sent { get; private set; } = [];

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        await using var broker = await StartAsync(_directory, NullLoggerFactory.Instance);
        var clients = new Clients(broker.BootstrapServers);
        using (var admin = clients.Admin())
        {
            await admin.CreateTopicsAsync(
            [
                new TopicSpecification { Name = "before", NumPartitions = 1 },
                new TopicSpecification { Name = Topic, NumPartitions = Partitions, Configs = new() { ["segment.bytes"] = "40000", ["retention.ms"] = "-1" } },
                new TopicSpecification { Name = "behind", NumPartitions = 1 },
            ]);
        }

        Sent = [await SendAsync(clients, "plain", CompressionType.None), await SendAsync(clients, "packed", CompressionType.Zstd)];
        for (var i = 0; i < Groups; i++)
        {
            using var consumer = clients.Consumer(GroupOf(i));
            consumer.Commit([new TopicPartitionOffset(Topic, 0, i + 1)]);
        }
    }

    /// <inheritdoc/>
    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>Name of a group whose committed offset in partition 0 is <paramref name="number"/> + 1.</summary>
    internal static string GroupOf(int number) => $"group-{number}";

    /// <summary>A copy to be damaged.</summary>
    internal string Copy()
    {
        var copy = TestFolder.Next("damaged");
        foreach (var path in Directory.GetFiles(_directory, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(_directory, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        return copy;
    }

    /// <summary>Makes a copy look like that of a broker that did not stop but died.</summary>
    internal static void ForgetCleanStop(string directory)
    {
        foreach (var mark in Directory.GetFiles(directory, "clean-stop", SearchOption.AllDirectories))
            File.Delete(mark);
    }

    /// <summary>A broker in this process over a copy.</summary>
    internal static Task<LocalKafkaHost> StartAsync(string directory, ILoggerFactory loggers) =>
        LocalKafkaHost.StartAsync(new LocalKafkaOptions { DataDirectory = directory, Port = 0, RegistryPort = 0 }, loggers);

    /// <summary>The segments of the topic, with their partitions, in order.</summary>
    internal static IReadOnlyList<(int Partition, string Path)> Segments(string directory) =>
        [.. Directory.GetDirectories(Path.Combine(directory, "topics"), Topic + "~*")
            .SelectMany(static topic => Directory.GetFiles(topic, "*.log", SearchOption.AllDirectories))
            .Select(static path => (int.Parse(Path.GetFileName(Path.GetDirectoryName(path)!), CultureInfo.InvariantCulture), path))
            .Order()];

    /// <summary>Where the batches of an undamaged segment are, and their offsets.</summary>
    internal static IReadOnlyList<BatchPlace> Batches(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var batches = new List<BatchPlace>();
        for (var position = 0; BatchHeader.TryRead(bytes.AsSpan(position), out var header); position += header.SizeInBytes)
            batches.Add(new(position, position + header.SizeInBytes, header.BaseOffset, header.LastOffset));
        return batches;
    }

    private static async Task<SentLog> SendAsync(Clients clients, string name, CompressionType compression)
    {
        var config = new ProducerConfig { EnableIdempotence = true, CompressionType = compression, BatchNumMessages = 20 };
        using var producer = clients.Producer(config, static error => throw new InvalidOperationException(error.ToString()));
        var reports = await Task.WhenAll(Enumerable.Range(0, Records).Select(n => producer.ProduceAsync(
            new TopicPartition(Topic, n % Partitions),
            new Message<string, string> { Key = name, Value = $"{n} {Guid.NewGuid()}", Timestamp = new Timestamp(SentLog.FirstMs + n, TimestampType.CreateTime) })));
        return new SentLog(name, true, Records, [.. reports.Select(static report => report.Offset.Value)]);
    }
}

/// <summary>Where a batch lies in its file and in the log; ends are exclusive in the file, inclusive in the log.</summary>
internal readonly record struct BatchPlace(long Start, long End, long FirstOffset, long LastOffset);
