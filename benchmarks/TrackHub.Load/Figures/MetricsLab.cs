using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Cli;
using TrackHub.Cli.Supervising;
using TrackHub.Load.Broker;
using TrackHub.Load.Setup;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Figures;

/// <summary>
/// The shipped metrics role and a broker, each alone in a process of its own, over a database of its own on the running system's PostgreSQL server: the role
/// keeps its offsets there, and they are this broker's.
/// </summary>
internal sealed class MetricsLab : IAsyncDisposable
{
    private const int Brands = 20;

    private readonly BrokerUnderLoad _broker;
    private readonly LoadDatabase _database;
    private readonly RoleProcess _role;
    private readonly IHost _host;
    private readonly string _data;
    private readonly string _directory;

    private MetricsLab(BrokerUnderLoad broker, LoadDatabase database, RoleProcess role, IHost host, IReadOnlyList<LoadBrand> brands, string data, string directory)
    {
        (_broker, _database, _role, _host, AllBrands, _data, _directory) = (broker, database, role, host, brands, data, directory);
        Rows = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString);
    }

    /// <summary>Brands of this run.</summary>
    public IReadOnlyList<LoadBrand> AllBrands { get; }

    /// <summary>Bootstrap servers of the broker.</summary>
    public string Bootstrap => _broker.Bootstrap;

    /// <summary>The role's database. Its sessions are not pooled, so that one that asks is not taken for one that writes.</summary>
    public NpgsqlDataSource Rows { get; }

    /// <summary>Writes records.</summary>
    public RecordProducer Producer => _host.Services.GetRequiredService<RecordProducer>();

    /// <summary>What the role's process has cost.</summary>
    public ProcessMeter Meter => _role.Meter;

    /// <summary>What the broker's process has cost.</summary>
    public ProcessMeter BrokerMeter => _broker.Meter;

    /// <summary>Starts it.</summary>
    /// <exception cref="CommandException">Something did not get ready.</exception>
    public static async Task<MetricsLab> StartAsync(ParseResult call, TimeProvider clock, CancellationToken cancellationToken)
    {
        var data = call.MachineData();
        var directory = Path.Combine(data.Root, "load-metrics");
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);   // of a run that was cut off
        Directory.CreateDirectory(directory);
        using var system = PlatformServices.Create(call);
        var database = await LoadDatabase.CreateAsync(system.Services.GetRequiredService<IOptions<PostgresOptions>>().Value.OwnerConnectionString, cancellationToken);
        var broker = await BrokerUnderLoad.StartAsync(Path.Combine(directory, "broker"), clock, cancellationToken);

        var host = Host(call, broker, database);
        await host.Services.GetRequiredService<TopicAdmin>().ApplyAsync(cancellationToken);
        await host.Services.GetRequiredService<Migrator>().ApplyAsync(cancellationToken);
        var brands = new List<LoadBrand>();
        for (var i = 0; i < Brands; i++)
            brands.Add(await LoadBrand.CreateAsync(host.Services.GetRequiredService<TenantAdmin>(), cancellationToken));
        var role = await RoleProcess.StartAsync(
            RoleNames.Metrics,
            data.Root,
            new Dictionary<string, string>
            {
                ["TRACKHUB_Kafka__BootstrapServers"] = broker.Bootstrap,
                ["TRACKHUB_Kafka__SessionTimeout"] = "00:01:00",   // it is held while the log is filled
                ["TRACKHUB_SchemaRegistry__Url"] = broker.Registry,
                ["TRACKHUB_Postgres__ConnectionString"] = database.ConnectionString,
            },
            clock,
            cancellationToken);
        return new(broker, database, role, host, brands, data.Root, directory);
    }

    /// <summary>Starts the shipped console over the same database.</summary>
    public Task<RoleProcess> StartConsoleAsync(TimeProvider clock, CancellationToken cancellationToken) => RoleProcess.StartAsync(
        RoleNames.Console,
        _data,
        new Dictionary<string, string>
        {
            ["TRACKHUB_Kafka__BootstrapServers"] = Bootstrap,
            ["TRACKHUB_Postgres__ConnectionString"] = _database.ConnectionString,
            ["TRACKHUB_Postgres__ConsoleConnectionString"] = _database.ConnectionString,   // its queries take the console's role all the same
            ["TRACKHUB_Console__RequestsPerMinute"] = "1000000",
        },
        clock,
        cancellationToken);

    /// <summary>A key of the brands' tenant.</summary>
    public async Task<Secret<string>> KeyAsync(CancellationToken cancellationToken)
    {
        var admin = _host.Services.GetRequiredService<TenantAdmin>();
        var tenant = (await admin.ListTenantsAsync(cancellationToken)).Single();   // the database is this run's alone
        return (await admin.AddApiKeyAsync(tenant.Id, "load", AccessRole.Viewer, cancellationToken)).Shown;
    }

    /// <summary>Holds the role's process until the answer is disposed.</summary>
    public Task<HeldProcess> HoldAsync(CancellationToken cancellationToken) => HeldProcess.HoldAsync(_role.ProcessId, cancellationToken);

    /// <summary>Records the role has committed so far.</summary>
    public Task<double> CountedAsync(CancellationToken cancellationToken) => _role.FigureAsync("trackhub_metrics_records", "", cancellationToken);

    /// <summary>Bytes the role has allocated so far.</summary>
    public Task<double> AllocatedAsync(CancellationToken cancellationToken) => _role.FigureAsync("dotnet_gc_heap_total_allocated_bytes_total", "", cancellationToken);

    /// <summary>CPU time in seconds that PostgreSQL has spent for the role so far.</summary>
    public Task<double> PostgresCpuSecondsAsync(CancellationToken cancellationToken) => LoadDatabase.CpuSecondsAsync(Rows, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _role.DisposeAsync();
        await Rows.DisposeAsync();
        await _host.StopAsync();
        _host.Dispose();
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static IHost Host(ParseResult call, BrokerUnderLoad broker, LoadDatabase database)
    {
        IReadOnlyList<string> configured =
        [
            .. call.Configured(), $"Kafka:BootstrapServers={broker.Bootstrap}", $"SchemaRegistry:Url={broker.Registry}",
            $"Postgres:ConnectionString={database.ConnectionString}", $"Postgres:OwnerConnectionString={database.ConnectionString}",
        ];
        return PlatformServices.Create(SystemConfiguration.Read(call.MachineData(), call.Ports(), configured), configured);
    }
}
