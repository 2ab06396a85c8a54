using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TrackHub.Cli;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Broker;

/// <summary>The shipped broker, alone on a directory of its own.</summary>
internal sealed class BrokerUnderLoad : IAsyncDisposable
{
    private static readonly TimeSpan AdminLimit = TimeSpan.FromSeconds(30);
    private readonly RoleProcess _role;

    private BrokerUnderLoad(RoleProcess role) => _role = role;

    /// <summary>For clients.</summary>
    public string Bootstrap => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_role.Ports.Kafka}");

    /// <summary>Its schema registry.</summary>
    public string Registry => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_role.Ports.Registry}");

    /// <summary>What its process has cost.</summary>
    public ProcessMeter Meter => _role.Meter;

    /// <summary>From the start of the process until it was ready.</summary>
    public TimeSpan StartTime => _role.StartTime;

    /// <summary>Starts it.</summary>
    /// <exception cref="CommandException">It did not get ready within a minute.</exception>
    public static async Task<BrokerUnderLoad> StartAsync(string directory, TimeProvider clock, CancellationToken cancellationToken) =>
        new(await RoleProcess.StartAsync(RoleNames.Broker, directory, new Dictionary<string, string>(), clock, cancellationToken));

    /// <summary>Makes a topic.</summary>
    public async Task CreateTopicAsync(string name, int partitions)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }], new() { RequestTimeout = AdminLimit });
    }

    /// <summary>Deletes it with its files.</summary>
    public async Task DeleteTopicAsync(string name)
    {
        using var admin = Admin();
        await admin.DeleteTopicsAsync([name], new() { RequestTimeout = AdminLimit });
    }

    /// <summary>Collections of its garbage so far, oldest generation last.</summary>
    public async Task<IReadOnlyList<long>> CollectionsAsync(CancellationToken cancellationToken)
    {
        var collections = new List<long>();
        foreach (var generation in (string[])["gen0", "gen1", "gen2"])
            collections.Add((long)await _role.FigureAsync("dotnet_gc_collections_total", generation, cancellationToken));
        return collections;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _role.DisposeAsync();

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Bootstrap }).SetLogHandler(static (_, _) => { }).Build();
}
