using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace TrackHub.Cli.Moving;

/// <summary>One side of a copy: a cluster and what is asked of it.</summary>
internal sealed class Cluster(ClientConfig settings) : IDisposable
{
    private const string TimestampType = "message.timestamp.type";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly IAdminClient _admin = new AdminClientBuilder(settings).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();

    /// <summary>How clients come in.</summary>
    public ClientConfig Settings { get; } = settings;

    public void Dispose() => _admin.Dispose();

    /// <summary>Partitions of each topic there is.</summary>
    public async Task<IReadOnlyDictionary<string, int>> TopicsAsync()
    {
        var metadata = await Task.Run(() => _admin.GetMetadata(Limit));   // blocks on the network
        return metadata.Topics.Where(static topic => topic.Partitions.Count > 0).ToDictionary(static topic => topic.Topic, static topic => topic.Partitions.Count, StringComparer.Ordinal);
    }

    /// <summary>First or next offset of each partition.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> OffsetsAsync(IEnumerable<TopicPartition> partitions, OffsetSpec at)
    {
        var found = await _admin.ListOffsetsAsync(partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = at }), new() { RequestTimeout = Limit });
        return found.ResultInfos.ToDictionary(static info => info.TopicPartitionOffsetError.TopicPartition, static info => info.TopicPartitionOffsetError.Offset.Value);
    }

    /// <summary>What was set for a topic itself.</summary>
    public async Task<Dictionary<string, string>> ConfigAsync(string topic)
    {
        var configs = await _admin.DescribeConfigsAsync([Resource(topic)], new() { RequestTimeout = Limit });
        return configs.Single().Entries.Values.Where(static entry => entry is { IsDefault: false, IsReadOnly: false, Source: ConfigSource.DynamicTopicConfig })
            .ToDictionary(static entry => entry.Name, static entry => entry.Value, StringComparer.Ordinal);
    }

    /// <summary>Makes a topic, as often replicated as the cluster does by default.</summary>
    public Task CreateAsync(string topic, int partitions, Dictionary<string, string> config) => _admin.CreateTopicsAsync(
        [new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1, Configs = config }], new() { RequestTimeout = Limit, OperationTimeout = Limit });

    /// <summary>Whose time records of a topic bear: the producer's or, otherwise, that of the append.</summary>
    public Task SetProducersTimeAsync(string topic, bool isProducers) => _admin.IncrementalAlterConfigsAsync(
        new() { [Resource(topic)] = [new ConfigEntry { Name = TimestampType, Value = isProducers ? "CreateTime" : "LogAppendTime", IncrementalOperation = AlterConfigOpType.Set }] },
        new() { RequestTimeout = Limit });

    /// <summary>Whether records of a topic bear the time of their append.</summary>
    public async Task<bool> HasAppendTimeAsync(string topic) => (await ConfigAsync(topic)).GetValueOrDefault(TimestampType) == "LogAppendTime";

    /// <summary>Every group's positions.</summary>
    /// <exception cref="CommandException">A group has members, which would move them.</exception>
    public async Task<IReadOnlyDictionary<string, List<TopicPartitionOffset>>> PositionsAsync()
    {
        var groups = (await _admin.ListConsumerGroupsAsync(new() { RequestTimeout = Limit })).Valid;
        var working = groups.Where(static group => group.State is not (ConsumerGroupState.Empty or ConsumerGroupState.Dead)).Select(static group => group.GroupId).ToList();
        if (working.Count > 0)
            throw new CommandException($"{Settings.BootstrapServers} has {working.Count} group(s) with members: {string.Join(", ", working.Take(5))}. Stop whoever reads and writes it, or positions would be lost.");

        var positions = new Dictionary<string, List<TopicPartitionOffset>>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var answers = await _admin.ListConsumerGroupOffsetsAsync([new(group.GroupId, null)], new() { RequestTimeout = Limit });
            positions[group.GroupId] = [.. answers.Single().Partitions.Where(static p => !p.Error.IsError && p.Offset.Value >= 0).Select(static p => new TopicPartitionOffset(p.TopicPartition, p.Offset))];
        }

        return positions;
    }

    /// <summary>Sets a group's positions.</summary>
    public Task SetPositionsAsync(string group, IEnumerable<TopicPartitionOffset> positions) =>
        _admin.AlterConsumerGroupOffsetsAsync([new(group, [.. positions])], new() { RequestTimeout = Limit });

    /// <summary>Settings of a further client of this cluster.</summary>
    public T With<T>(T client)
        where T : ClientConfig
    {
        foreach (var (name, value) in Settings) client.Set(name, value);
        return client;
    }

    private static ConfigResource Resource(string topic) => new() { Type = ResourceType.Topic, Name = topic };
}
