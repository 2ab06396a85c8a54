using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using TrackHub.Cli.Running;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Supervising;

/// <summary>Where the parts of a system are: configured elsewhere, or on this machine.</summary>
/// <remarks>
/// The machine's own addresses and secrets are the lowest layer: what files, environment or command line say wins. Every command and every role
/// started with the same <c>--data</c> and <c>--port-base</c> reads the same, so that no secret is handed from process to process.
/// </remarks>
internal sealed class SystemConfiguration
{
    private readonly IConfiguration _given;
    private readonly Dictionary<string, string?> _machine;

    private SystemConfiguration(IConfiguration given, Dictionary<string, string?> machine, Ports ports)
    {
        (_given, _machine) = (given, machine);
        Broker = BrokerAddress.Read(Given, ports);
    }

    /// <summary>Where the broker of this machine is.</summary>
    public BrokerAddress Broker { get; }

    /// <summary>Whether the broker or its schema registry are ours: both live in one process.</summary>
    public bool RunsBroker => !(IsElsewhere("Kafka:BootstrapServers") && IsElsewhere("SchemaRegistry:Url"));

    /// <summary>Whether Redis is ours.</summary>
    public bool RunsRedis => !IsElsewhere("Redis:Endpoint");

    /// <summary>Whether PostgreSQL is ours.</summary>
    public bool RunsPostgres => !IsElsewhere("Postgres:ConnectionString");

    /// <summary>Whether Meta is the simulator.</summary>
    public bool RunsSimulator => !IsElsewhere("Meta:BaseUrl");

    /// <summary>Whether both ad platforms are the simulator.</summary>
    public bool SimulatesAds => RunsSimulator && !IsElsewhere("GoogleAds:BaseUrl");

    /// <summary>Reads <c>appsettings.json</c>, environment and command line over what the machine has.</summary>
    /// <param name="data">The machine. Its secrets count once <see cref="MachineData.MakeSecrets"/> has made them; before that it has none.</param>
    /// <param name="ports">Its ports.</param>
    /// <param name="configured">What the command line configures.</param>
    public static SystemConfiguration Read(MachineData data, Ports ports, IReadOnlyList<string> configured)
    {
        var given = new ConfigurationBuilder();
        AddGivenTo(given, configured);
        var machine = new Dictionary<string, string?>
        {
            ["Redis:Endpoint"] = $"127.0.0.1:{ports.Redis}",
            ["Meta:BaseUrl"] = $"http://127.0.0.1:{ports.Simulator}",
            ["Ingest:Port"] = $"{ports.Ingress}",
            ["Console:Port"] = $"{ports.Console}",
            ["Ingest:SpoolDirectory"] = Path.Combine(data.Root, "spool"),
        };
        var system = new SystemConfiguration(given.Build(), machine, ports);
        if (system.RunsSimulator)
        {
            // It stands in for Google as well, and takes any OAuth client.
            machine["GoogleAds:BaseUrl"] = machine["Meta:BaseUrl"];
            machine["GoogleAds:TokenUrl"] = machine["Meta:BaseUrl"] + "/token";
            (machine["GoogleAds:ClientId"], machine["GoogleAds:ClientSecret"]) = ("simulator", "simulator");
        }

        machine["Kafka:BootstrapServers"] = system.Broker.BootstrapServers;
        machine["SchemaRegistry:Url"] = system.Broker.RegistryUrl;
        if (system.RunsPostgres && data is { PostgresPassword: { } owner, WriterPassword: { } writer })
        {
            machine["Postgres:OwnerConnectionString"] = PostgresService.OwnerConnectionString(ports, owner);
            machine["Postgres:ConnectionString"] = PostgresService.WriterConnectionString(ports, writer);
        }

        if (system.RunsPostgres && data.ConsolePassword is { } console) machine["Postgres:ConsoleConnectionString"] = PostgresService.ConsoleConnectionString(ports, console);

        if (data.MasterKey is { } key && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(SecretsOptions.FallbackVariable))) machine["Secrets:MasterKey"] = key;
        return system;
    }

    /// <summary>Puts the machine's layer below everything a host reads by itself.</summary>
    public void AddMachineTo(IConfigurationBuilder configuration) =>
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = _machine });

    /// <summary>A value as given, or null.</summary>
    public string? Given(string key) => _given[key] is { Length: > 0 } value ? value : null;

    /// <summary>What files, environment and command line say, as a role's host reads it.</summary>
    public static void AddGivenTo(IConfigurationBuilder builder, IReadOnlyList<string> configured) => builder
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddEnvironmentVariables("TRACKHUB_")
        .AddCommandLine([.. configured.Select(static pair => "--" + pair)]);

    private bool IsElsewhere(string key) => Given(key) is not null;
}
