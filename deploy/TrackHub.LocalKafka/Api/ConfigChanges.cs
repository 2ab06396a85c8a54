using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Api;

/// <summary>What the settings of DescribeConfigs, AlterConfigs and IncrementalAlterConfigs belong to. Source: Kafka's ConfigResource.</summary>
internal static class ConfigResource
{
    public const sbyte Topic = 2;
    public const sbyte Broker = 4;

    /// <summary>Whether a broker's name is this one's; the empty name stands for all brokers.</summary>
    public static string? FindBrokerFault(string name) =>
        name.Length == 0 || (int.TryParse(name, out var id) && id == BrokerIdentity.NodeId)
            ? null
            : $"Unexpected broker id: this one is {BrokerIdentity.NodeId}.";
}

/// <summary>How one setting is to change; the numbers are those of the protocol.</summary>
internal enum ConfigOperation : sbyte
{
    Set = 0,

    /// <summary>Back to the default.</summary>
    Delete = 1,

    /// <summary>Adds elements to a list, those it lacks.</summary>
    Append = 2,

    /// <summary>Takes elements from a list.</summary>
    Subtract = 3,
}

internal sealed record ConfigChange(string Name, ConfigOperation Operation, string? Value);

/// <summary>Changes the settings of topics, all of one topic or none; those of the broker are its options, set when it starts.</summary>
/// <remarks>Thread-safe: changes come one after the other, so that none undoes another.</remarks>
internal sealed class ConfigChanges(TopicStore topics)
{
    private readonly Lock _changing = new();

    /// <inheritdoc cref="TopicCatalog.DurableAsync"/>
    public ValueTask<bool> DurableAsync() => topics.Catalog.DurableAsync();

    /// <summary>Changes one resource.</summary>
    /// <param name="isWhole">The changes are all settings there are to be: what they do not name goes back to its default.</param>
    /// <param name="validateOnly">Says what would become of it and leaves it as it is.</param>
    public (ErrorCode Error, string? Message) Apply(sbyte type, string name, List<ConfigChange> changes, bool isWhole, bool validateOnly)
    {
        if (type == ConfigResource.Broker)
        {
            return (ErrorCode.InvalidRequest, ConfigResource.FindBrokerFault(name)
                ?? "The broker's settings cannot be changed while it runs: they are options, read when it starts.");
        }

        if (type != ConfigResource.Topic)
            return (ErrorCode.InvalidRequest, $"Resources of type {type} have no settings here; topics (2) have.");
        if (changes.Select(static change => change.Name).Distinct().Count() < changes.Count)
            return (ErrorCode.InvalidRequest, "A setting is named twice.");

        lock (_changing)
        {
            if (topics.Find(name) is not { } topic)
                return (ErrorCode.UnknownTopicOrPartition, null);

            var config = isWhole ? [] : new Dictionary<string, string>(topic.Record.Config);
            foreach (var change in changes)
            {
                var (error, message) = Apply(config, change);
                if (error != ErrorCode.None)
                    return (error, message);
            }

            try
            {
                if (!validateOnly)
                    topics.Change(name, partitions: null, config);
                return (ErrorCode.None, null);
            }
            catch (IOException)
            {
                return (ErrorCode.KafkaStorageError, "The disk refused the write.");
            }
        }
    }

    /// <summary>Resources that one request names more than once, each of which is then refused.</summary>
    public static HashSet<(sbyte Type, string Name)> Repeated(IEnumerable<(sbyte Type, string Name)> resources)
    {
        var seen = new HashSet<(sbyte, string)>();
        return resources.Where(resource => !seen.Add(resource)).ToHashSet();
    }

    private static (ErrorCode Error, string? Message) Apply(Dictionary<string, string> config, ConfigChange change)
    {
        var (name, operation, value) = change;
        if (operation == ConfigOperation.Delete)
        {
            config.Remove(name);
            return (ErrorCode.None, null);
        }

        if (!Enum.IsDefined(operation))
            return (ErrorCode.InvalidRequest, $"Operation {(sbyte)operation} is unknown.");
        if (value is null)
            return (ErrorCode.InvalidRequest, $"{name} has no value.");

        if (operation is ConfigOperation.Append or ConfigOperation.Subtract)
        {
            if (!TopicConfig.Known.TryGetValue(name, out var setting) || !setting.IsList)
                return (ErrorCode.InvalidConfig, $"{name} is not a list: nothing can be added to it or taken from it.");

            var former = (config.GetValueOrDefault(name) ?? setting.Default).Split(',', StringSplitOptions.RemoveEmptyEntries);
            var named = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
            value = string.Join(',', operation == ConfigOperation.Append ? former.Union(named) : former.Except(named));
        }

        if (TopicConfig.FindFault(name, value) is { } fault)
            return (ErrorCode.InvalidConfig, fault);

        config[name] = value;
        return (ErrorCode.None, null);
    }
}
