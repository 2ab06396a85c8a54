using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Cli;
using TrackHub.Cli.Supervising;
using TrackHub.Load.Broker;
using TrackHub.Load.Setup;
using TrackHub.Matching;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Matching;

/// <summary>
/// The shipped matcher and a broker, each alone in a process of its own, over the running system's PostgreSQL and over databases of its Redis that nobody
/// else uses: one for the matcher, one for its floor. Both are emptied before and after.
/// </summary>
internal sealed class MatchingLab : IAsyncDisposable
{
    private const int MatcherDatabase = 15;
    private const int FloorDatabase = 14;
    private const double Megabyte = 1 << 20;

    private readonly BrokerUnderLoad _broker;
    private readonly RoleProcess _matcher;
    private readonly IHost _host;
    private readonly LabRedis _redis;
    private readonly string _directory;

    private MatchingLab(BrokerUnderLoad broker, RoleProcess matcher, IHost host, Brand brand, LoadBrand made, LabRedis redis, string directory) =>
        (_broker, _matcher, _host, Brand, Made, _redis, _directory) = (broker, matcher, host, brand, made, redis, directory);

    /// <summary>A brand of this run alone.</summary>
    public Brand Brand { get; }

    /// <summary>The same brand, with its keys.</summary>
    public LoadBrand Made { get; }

    /// <summary>Bootstrap servers of the broker.</summary>
    public string Bootstrap => _broker.Bootstrap;

    /// <summary>Its schema registry.</summary>
    public string Registry => _broker.Registry;

    /// <summary>What the matcher's process has cost.</summary>
    public ProcessMeter Meter => _matcher.Meter;

    /// <summary>What the broker's process has cost.</summary>
    public ProcessMeter BrokerMeter => _broker.Meter;

    /// <summary>The running system's Redis.</summary>
    public LabRedis Redis => _redis;

    /// <summary>The platform, and the matcher's stores over the floor's database.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>Starts it.</summary>
    /// <param name="call">The call, which names the running system.</param>
    /// <param name="windowDays">Length of the brand's window.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">Something did not get ready.</exception>
    public static async Task<MatchingLab> StartAsync(ParseResult call, int windowDays, TimeProvider clock, CancellationToken cancellationToken)
    {
        var data = call.MachineData();
        // What a run that was cut off has left would be read as its own by this one.
        var directory = Path.Combine(data.Root, "load-matching");
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory);
        var broker = await BrokerUnderLoad.StartAsync(Path.Combine(directory, "broker"), clock, cancellationToken);
        var redis = SystemConfiguration.Read(data, call.Ports(), call.Configured()).Given("Redis:Endpoint")
            ?? string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{call.Ports().Redis}");
        var emptied = await LabRedis.ConnectAsync(redis, MatcherDatabase, FloorDatabase);

        var host = Host(call, broker, redis);
        await host.Services.GetRequiredService<TopicAdmin>().ApplyAsync(cancellationToken);
        var admin = host.Services.GetRequiredService<TenantAdmin>();
        var made = await LoadBrand.CreateAsync(admin, cancellationToken);
        await admin.SetBrandAsync(made.BrandId, "window_days", windowDays.ToString(CultureInfo.InvariantCulture), cancellationToken);
        await host.StartAsync(cancellationToken);   // loads the directory
        var brand = host.Services.GetRequiredService<TenantDirectory>().Current.Brand(made.BrandId)
            ?? throw new CommandException("The directory was not loaded: `trackhub doctor` says whether PostgreSQL answers.");
        var matcher = await RoleProcess.StartAsync(
            RoleNames.Matcher,
            data.Root,
            new Dictionary<string, string>
            {
                ["TRACKHUB_Kafka__BootstrapServers"] = broker.Bootstrap,
                ["TRACKHUB_Kafka__SessionTimeout"] = "00:01:00",   // it is held while the log is filled
                ["TRACKHUB_SchemaRegistry__Url"] = broker.Registry,
                ["TRACKHUB_Postgres__ConnectionString"] = host.Services.GetRequiredService<IOptions<PostgresOptions>>().Value.ConnectionString,
                ["TRACKHUB_Matching__CheckInterval"] = "00:00:00.100",   // a wiped Redis is noticed at once
                ["TRACKHUB_Redis__Endpoint"] = redis,
                ["TRACKHUB_Redis__Database"] = MatcherDatabase.ToString(CultureInfo.InvariantCulture),
            },
            clock,
            cancellationToken);
        return new(broker, matcher, host, brand, made, emptied, directory);
    }

    /// <summary>Starts an ingress on the same broker, so that what it takes is put into the same windows.</summary>
    public Task<RoleProcess> StartIngressAsync(ParseResult call, TimeProvider clock, CancellationToken cancellationToken) => IngressUnderLoad.StartRoleAsync(
        call.MachineData().Root, _broker, Services.GetRequiredService<IOptions<PostgresOptions>>().Value.ConnectionString, _directory, clock, cancellationToken);

    /// <summary>Holds the matcher's process until the answer is disposed: so that filling the log costs it nothing and it begins with all of it there.</summary>
    public Task<HeldProcess> HoldAsync(CancellationToken cancellationToken) => HeldProcess.HoldAsync(_matcher.ProcessId, cancellationToken);

    /// <summary>A counter of the matcher.</summary>
    public Task<double> CountAsync(string name, string tags, CancellationToken cancellationToken) => _matcher.FigureAsync(name, tags, cancellationToken);

    /// <summary>Bytes the matcher has allocated so far.</summary>
    public Task<double> AllocatedAsync(CancellationToken cancellationToken) => CountAsync("dotnet_gc_heap_total_allocated_bytes_total", "", cancellationToken);

    /// <summary>What its process holds: all of it, and what of that its managed heap had live and had claimed when garbage was collected last.</summary>
    public async Task<IReadOnlyList<(string Name, double Value)>> MemoryAsync(CancellationToken cancellationToken) =>
    [
        ("resident MB", Meter.ResidentMegabytes),
        ("managed heap MB", await CountAsync("dotnet_gc_last_collection_heap_size_bytes", "", cancellationToken) / Megabyte),
        ("claimed for it MB", await CountAsync("dotnet_gc_last_collection_memory_committed_size_bytes", "", cancellationToken) / Megabyte),
    ];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _matcher.DisposeAsync();
        await _host.StopAsync();
        _host.Dispose();
        await _broker.DisposeAsync();
        await _redis.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static IHost Host(ParseResult call, BrokerUnderLoad broker, string redis)
    {
        IReadOnlyList<string> configured =
        [
            .. call.Configured(), $"Kafka:BootstrapServers={broker.Bootstrap}", $"SchemaRegistry:Url={broker.Registry}", $"Redis:Endpoint={redis}",
            string.Create(CultureInfo.InvariantCulture, $"Redis:Database={FloorDatabase}"),
        ];
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        SystemConfiguration.AddGivenTo(builder.Configuration, configured);
        SystemConfiguration.Read(call.MachineData(), call.Ports(), configured).AddMachineTo(builder.Configuration);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.AddTenantAdmin();
        builder.AddMatching();

        // The matcher's parts without a matcher: of all that would run, only what loads the directory does.
        foreach (var running in builder.Services.Where(static s => s.ServiceType == typeof(IHostedService) && s.ImplementationType != typeof(DirectoryRefresher)).ToList())
            builder.Services.Remove(running);
        return builder.Build();
    }
}
