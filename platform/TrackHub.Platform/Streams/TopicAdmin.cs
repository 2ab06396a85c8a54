using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>One disagreement between the catalogue and a cluster.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Setting">exists, partitions, compatibility (of its subject in the schema registry), or a topic setting as Kafka names it.</param>
/// <param name="Wanted">What the catalogue says.</param>
/// <param name="Actual">What the cluster says.</param>
public sealed record TopicDrift(string Topic, string Setting, string Wanted, string Actual);

/// <summary>One partition as it is.</summary>
/// <param name="Partition">Partition.</param>
/// <param name="LowOffset">First offset kept.</param>
/// <param name="HighOffset">Offset of the next record.</param>
public sealed record PartitionState(int Partition, long LowOffset, long HighOffset);

/// <summary>One topic as it is.</summary>
/// <param name="Name">Topic.</param>
/// <param name="Partitions">Its partitions in order; empty if the topic does not exist.</param>
public sealed record TopicState(string Name, IReadOnlyList<PartitionState> Partitions)
{
    /// <summary>Records between first and next offset, over all partitions.</summary>
    public long Records => Partitions.Sum(static partition => partition.HighOffset - partition.LowOffset);
}

/// <summary>A cluster as it is.</summary>
/// <param name="Brokers">How many there are.</param>
/// <param name="Replicas">Replicas of the least replicated of the catalogue's topics; 0 where none exists.</param>
/// <param name="Settings">A broker's settings by Kafka's names; those it does not tell are missing.</param>
public sealed record ClusterState(int Brokers, int Replicas, IReadOnlyDictionary<string, string> Settings);

/// <summary>Makes a cluster agree with the topic catalogue. Singleton, thread-safe.</summary>
public sealed class TopicAdmin(IOptions<KafkaOptions> kafka, RecordCodec codec, SchemaRegistryClient registry, ILogger<TopicAdmin> logger) : IDisposable
{
    private const string Exists = "exists";
    private const string PartitionCount = "partitions";
    private const string Compatibility = "compatibility";

    // Analysts do not upgrade first: every version reads every other.
    private const string CompatibilityLevel = "FULL_TRANSITIVE";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    private readonly Lazy<IAdminClient> _admin = new(() => new AdminClientBuilder(ClientSettings.Admin(kafka.Value))
        .SetLogHandler((_, message) => ClientLog.Write(logger, message))
        .Build());

    /// <summary>Creates what is missing, aligns settings and compatibility levels, registers the schemas. Safe to repeat, also by several processes at once.</summary>
    /// <returns>What differed before. A partition count is only told, never changed: it decides where keys lie.</returns>
    /// <exception cref="DependencyAwayException">Broker or registry do not answer.</exception>
    /// <exception cref="SchemaRegistryException">The registry refuses a schema.</exception>
    public async Task<IReadOnlyList<TopicDrift>> ApplyAsync(CancellationToken cancellationToken)
    {
        var drifts = await DiffAsync(cancellationToken);
        var missing = drifts.Where(static drift => drift.Setting == Exists).Select(static drift => Topics.Find(drift.Topic)!).ToList();
        if (missing.Count > 0)
            await AskAsync(admin => CreateAsync(admin, missing), cancellationToken);

        foreach (var topic in drifts.Where(static drift => drift.Setting is not (Exists or PartitionCount or Compatibility)).GroupBy(static drift => drift.Topic))
        {
            var changes = topic.Select(static drift => new ConfigEntry { Name = drift.Setting, Value = drift.Wanted, IncrementalOperation = AlterConfigOpType.Set });
            await AskAsync(
                admin => admin.IncrementalAlterConfigsAsync(new() { [Resource(topic.Key)] = [.. changes] }, new() { RequestTimeout = Limit }), cancellationToken);
        }

        // Before the schemas, so that these are held to it already.
        foreach (var (topic, _) in await OtherLevelsAsync(Topics.All, cancellationToken))
            await RecordCodec.ReachAsync(() => registry.SetLevelAsync(topic.Subject, CompatibilityLevel, cancellationToken), cancellationToken);
        await codec.RegisterAsync(Topics.All, cancellationToken);
        return drifts;
    }

    /// <summary>Where cluster and registry differ from the catalogue.</summary>
    /// <exception cref="DependencyAwayException">Broker or registry do not answer.</exception>
    /// <exception cref="SchemaRegistryException">The registry does not let this client read.</exception>
    public async Task<IReadOnlyList<TopicDrift>> DiffAsync(CancellationToken cancellationToken)
    {
        var actual = await DescribeAsync(cancellationToken);
        var drifts = Topics.All.Where(topic => !actual.ContainsKey(topic.Name)).Select(static topic => new TopicDrift(topic.Name, Exists, "yes", "no")).ToList();
        var present = Topics.All.Where(topic => actual.ContainsKey(topic.Name)).ToList();
        if (present.Count == 0)
            return drifts;

        var configs = await AskAsync(
            admin => admin.DescribeConfigsAsync(present.Select(static topic => Resource(topic.Name)), new() { RequestTimeout = Limit }), cancellationToken);
        foreach (var (topic, config) in present.Join(configs, static topic => topic.Name, static config => config.ConfigResource.Name, static (topic, config) => (topic, config)))
        {
            if (actual[topic.Name] != topic.Partitions)
                drifts.Add(new(topic.Name, PartitionCount, Text(topic.Partitions), Text(actual[topic.Name])));
            foreach (var (setting, wanted) in SettingsOf(topic))
            {
                var value = config.Entries.TryGetValue(setting, out var entry) ? entry.Value : "";
                if (value != wanted)
                    drifts.Add(new(topic.Name, setting, wanted, value));
            }
        }

        foreach (var (topic, level) in await OtherLevelsAsync(present, cancellationToken))
            drifts.Add(new(topic.Name, Compatibility, CompatibilityLevel, level ?? ""));
        return drifts;
    }

    /// <summary>The catalogue's topics as they are.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task<IReadOnlyList<TopicState>> ListAsync(CancellationToken cancellationToken)
    {
        var counts = await DescribeAsync(cancellationToken);
        var partitions = Topics.All.Where(topic => counts.ContainsKey(topic.Name))
            .SelectMany(topic => Enumerable.Range(0, counts[topic.Name]).Select(number => new TopicPartition(topic.Name, number))).ToList();
        var lows = await OffsetsAsync(partitions, OffsetSpec.Earliest(), cancellationToken);
        var highs = await OffsetsAsync(partitions, OffsetSpec.Latest(), cancellationToken);
        return [.. Topics.All.Select(topic => new TopicState(topic.Name, [.. partitions
            .Where(partition => partition.Topic == topic.Name)
            .Select(partition => new PartitionState(partition.Partition.Value, lows[partition], highs[partition]))]))];
    }

    /// <summary>The cluster itself: what a check of its fitness needs.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task<ClusterState> DescribeClusterAsync(CancellationToken cancellationToken)
    {
        var metadata = await MetadataAsync(cancellationToken);
        var broker = new ConfigResource { Type = ResourceType.Broker, Name = Text(metadata.Brokers[0].BrokerId) };
        var configs = await AskAsync(admin => admin.DescribeConfigsAsync([broker], new() { RequestTimeout = Limit }), cancellationToken);
        return new(
            metadata.Brokers.Count,
            metadata.Topics.Where(static topic => Topics.Find(topic.Topic) is not null).SelectMany(static topic => topic.Partitions).Select(static p => p.Replicas.Length).DefaultIfEmpty().Min(),
            configs.SelectMany(static config => config.Entries.Values).ToDictionary(static entry => entry.Name, static entry => entry.Value, StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_admin.IsValueCreated)
            _admin.Value.Dispose();
    }

    private static ConfigResource Resource(string topic) => new() { Type = ResourceType.Topic, Name = topic };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string> SettingsOf(TopicDefinition topic) => new(StringComparer.Ordinal)
    {
        ["cleanup.policy"] = topic.Retention is null ? "compact" : "delete",
        ["retention.ms"] = topic.Retention is { } retention ? Text((long)retention.TotalMilliseconds) : "-1",
        ["message.timestamp.type"] = topic.LogAppendTime ? "LogAppendTime" : "CreateTime",
    };

    private static async Task CreateAsync(IAdminClient admin, IEnumerable<TopicDefinition> missing)
    {
        var specifications = missing.Select(static topic => new TopicSpecification
        {
            Name = topic.Name,
            NumPartitions = topic.Partitions,
            ReplicationFactor = -1,   // the cluster's default
            Configs = SettingsOf(topic),
        });
        try
        {
            await admin.CreateTopicsAsync(specifications, new() { RequestTimeout = Limit, OperationTimeout = Limit });
        }
        catch (CreateTopicsException failure) when (failure.Results.TrueForAll(static result => result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another process was first.
        }
    }

    /// <summary>Those whose subject is not held to <see cref="CompatibilityLevel"/> by a setting of its own, and what it is held to, if anything.</summary>
    private async Task<List<(TopicDefinition Topic, string? Level)>> OtherLevelsAsync(IEnumerable<TopicDefinition> topics, CancellationToken cancellationToken)
    {
        var others = new List<(TopicDefinition, string?)>();
        foreach (var topic in topics)
        {
            string? level = null;
            await RecordCodec.ReachAsync(async () => level = await registry.FindLevelAsync(topic.Subject, cancellationToken), cancellationToken);
            if (level != CompatibilityLevel)
                others.Add((topic, level));
        }

        return others;
    }

    private async Task<Dictionary<string, int>> DescribeAsync(CancellationToken cancellationToken)
    {
        var metadata = await MetadataAsync(cancellationToken);
        return metadata.Topics.Where(static topic => topic.Partitions.Count > 0).ToDictionary(static topic => topic.Topic, static topic => topic.Partitions.Count);
    }

    // GetMetadata blocks on the network.
    private Task<Metadata> MetadataAsync(CancellationToken cancellationToken) =>
        AskAsync(admin => Task.Run(() => admin.GetMetadata(AnswerLimit), cancellationToken), cancellationToken);

    private async Task<Dictionary<TopicPartition, long>> OffsetsAsync(List<TopicPartition> partitions, OffsetSpec at, CancellationToken cancellationToken)
    {
        if (partitions.Count == 0)
            return [];

        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = at });
        var found = await AskAsync(
            admin => admin.ListOffsetsAsync(asked, new() { RequestTimeout = Limit, IsolationLevel = IsolationLevel.ReadUncommitted }), cancellationToken);
        return found.ResultInfos.ToDictionary(static info => info.TopicPartitionOffsetError.TopicPartition, static info => info.TopicPartitionOffsetError.Offset.Value);
    }

    private async Task<T> AskAsync<T>(Func<IAdminClient, Task<T>> question, CancellationToken cancellationToken)
    {
        try
        {
            return await question(_admin.Value).WaitAsync(cancellationToken);
        }
        catch (KafkaException failure) when (Dependencies.IsAway(failure))
        {
            throw new DependencyAwayException("kafka", failure);
        }
    }

    private Task AskAsync(Func<IAdminClient, Task> question, CancellationToken cancellationToken) => AskAsync(
        async admin =>
        {
            await question(admin);
            return true;
        },
        cancellationToken);
}
