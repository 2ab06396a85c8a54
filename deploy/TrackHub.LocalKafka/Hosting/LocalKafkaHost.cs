using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.LocalKafka.Access;
using TrackHub.LocalKafka.Api;
using TrackHub.LocalKafka.Compaction;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Network;
using TrackHub.LocalKafka.Registry;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>A running broker with its schema registry, in this process.</summary>
/// <remarks>Disposing stops it within two seconds; waiting requests are given up, acknowledged ones are in the log already.</remarks>
public sealed partial class LocalKafkaHost : IAsyncDisposable
{
    private const string KafkaPart = "kafka";
    private const string RegistryPart = "schema_registry";
    private const string DiskPart = "disk";

    private readonly ILogger _logger;
    private readonly List<object> _parts = [];   // in the order they were started
    private KafkaServer[] _servers = [];
    private FreeDisk? _disk;

    private LocalKafkaHost(ILogger logger) => _logger = logger;

    /// <summary>Host and port for clients, as <c>bootstrap.servers</c> takes them.</summary>
    public string BootstrapServers { get; private set; } = "";

    /// <summary>The Kafka port that was bound.</summary>
    public int Port { get; private set; }

    /// <summary>Base address of the schema registry.</summary>
    public Uri RegistryAddress { get; private set; } = null!;

    /// <summary>Host and port for clients on other machines; null where there is no way in for them.</summary>
    public string? NetworkBootstrapServers { get; private set; }

    /// <summary>Base address of the schema registry for other machines; null where there is no way in for them.</summary>
    public Uri? NetworkRegistryAddress { get; private set; }

    /// <summary>Parts of a running broker, each with why it does not serve, or null where it does.</summary>
    internal IReadOnlyDictionary<string, string?> Parts => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        [KafkaPart] = _servers.All(static server => server.IsAccepting) ? null : "no longer accepts connections",
        [RegistryPart] = null,   // listens from its start to its end
        [DiskPart] = _disk?.Fault,
    };

    /// <summary>Opens the log, recovers it and starts both servers.</summary>
    /// <param name="options">Ports of 0 take free ones; read the bound ones from the result.</param>
    /// <param name="loggers">Where the broker logs to.</param>
    /// <param name="clock">Time of appends, sessions and retention; the system's if null.</param>
    /// <exception cref="OptionsValidationException">Options are wrong; names all faults.</exception>
    /// <exception cref="IOException">Another broker uses the folder, the log is damaged beyond repair, or a port is taken.</exception>
    public static async Task<LocalKafkaHost> StartAsync(
        LocalKafkaOptions options, ILoggerFactory loggers, TimeProvider? clock = null, CancellationToken stoppingToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var validation = new LocalKafkaOptionsValidator().Validate(name: null, options);
        if (validation.Failed)
            throw new OptionsValidationException(nameof(LocalKafkaOptions), typeof(LocalKafkaOptions), validation.Failures);

        var host = new LocalKafkaHost(loggers.CreateLogger<LocalKafkaHost>());
        try
        {
            await host.StartPartsAsync(options, loggers, clock ?? TimeProvider.System, stoppingToken);
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        return host;
    }

    /// <summary>What <see cref="Parts"/> is of a broker that does not run.</summary>
    internal static IReadOnlyDictionary<string, string?> NotServing(string reason) =>
        new Dictionary<string, string?>(StringComparer.Ordinal) { [KafkaPart] = reason, [RegistryPart] = reason };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (; _parts.Count > 0; _parts.RemoveAt(_parts.Count - 1))
        {
            if (_parts[^1] is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                ((IDisposable)_parts[^1]).Dispose();
        }
    }

    private async Task StartPartsAsync(
        LocalKafkaOptions options, ILoggerFactory loggers, TimeProvider clock, CancellationToken stoppingToken)
    {
        var address = IPAddress.Parse(options.Host);
        var directory = Directory.CreateDirectory(options.DataDirectory).FullName;
        Own(LockFolder(directory));
        _disk = new FreeDisk(directory);
        var metrics = Own(new BrokerMetrics());
        var storage = Own(new StorageSettings { Disk = new MeasuredDisk(metrics), Fsync = options.Fsync, CountDamage = metrics.Damaged });
        var topics = Own(new TopicStore(directory, clock, loggers.CreateLogger<TopicStore>(), storage));
        var groupStore = Own(new GroupStore(Path.Combine(directory, "groups.journal"), loggers.CreateLogger<GroupStore>(), storage));
        var groups = Own(new GroupCoordinator(groupStore, options, clock, loggers.CreateLogger<GroupCoordinator>()));
        var believed = new CautiousClock(clock, loggers.CreateLogger<CautiousClock>());
        Own(new OffsetRetention(groups, options, believed, clock));
        Own(new Scrub(topics, clock, loggers.CreateLogger<Scrub>()));
        Own(MemoryReturn.OfProcess(metrics, TimeProvider.System, loggers.CreateLogger<MemoryReturn>()));
        Own(new RetentionSweep(topics, options.RetentionCheckInterval, believed, clock, loggers.CreateLogger<RetentionSweep>()));
        Own(new CompactionSweep(topics, options, metrics, believed, clock, loggers.CreateLogger<CompactionSweep>()));
        var network = options.Network is { } open ? new NetworkAccess(open, metrics, clock, loggers) : null;
        metrics.Observe(topics, groups, network?.Certificate, clock);
        var registry = Own(await RegistryServer.StartAsync(topics, address, options.RegistryPort, network, clock, loggers, stoppingToken));
        var apis = BrokerApis.Build(topics, groups, options, metrics);

        KafkaListener Listen(IPAddress at, int port, string host, NetworkDoor? door)
        {
            var server = Own(new KafkaServer(at, port, metrics, clock, loggers.CreateLogger<KafkaServer>()));
            var broker = new BrokerIdentity(topics.Catalog.ClusterId, host, server.Port);
            var listener = new KafkaListener(apis, broker, options.MaxRequestBytes, options.MaxConnections, options.ConnectionsMaxIdle, door);
            server.Start(listener);
            _servers = [.. _servers, server];
            return listener;
        }

        var local = Listen(address, options.Port, options.AdvertisedHost ?? options.Host, door: null).Broker;
        (Port, BootstrapServers, RegistryAddress) = (local.Port, local.Address, registry.Address);
        Log.Started(_logger, BootstrapServers, RegistryAddress, topics.Topics.Count, directory);
        if (network is not null)
        {
            var door = new NetworkDoor(network, apis, metrics, clock);
            NetworkBootstrapServers = Listen(network.Address, network.Options.Port, network.AdvertisedHost, door).Broker.Address;
            NetworkRegistryAddress = registry.NetworkAddress;
            network.Tell(NetworkBootstrapServers, NetworkRegistryAddress!);
        }
    }

    /// <summary>Two brokers on one log would write over each other; the lock ends with the process, however it ends.</summary>
    private static FileStream LockFolder(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException fault)
        {
            throw new IOException($"{directory} is in use by another broker; stop it or choose another DataDirectory.", fault);
        }
    }

    private T Own<T>(T part)
        where T : class
    {
        _parts.Add(part);
        return part;
    }

    private static partial class Log
    {
        [LoggerMessage(30, LogLevel.Information, "Broker on {BootstrapServers}, schema registry on {Registry}: {Topics} topics in {Directory}")]
        public static partial void Started(ILogger logger, string bootstrapServers, Uri registry, int topics, string directory);
    }
}
