using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TrackHub.Cli;
using TrackHub.Cli.Supervising;
using TrackHub.Load.Broker;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Setup;

/// <summary>
/// The shipped ingress and a broker, each alone in a process of its own beside the running system: what is measured there is the ingress and its log,
/// not the processors that would read the records on the same cores. Brands and keys are the running system's, in its PostgreSQL.
/// </summary>
internal sealed class IngressUnderLoad : IAsyncDisposable
{
    private readonly RoleProcess _role;
    private readonly string _directory;

    private IngressUnderLoad(BrokerUnderLoad broker, RoleProcess role, string directory) => (Broker, _role, _directory) = (broker, role, directory);

    /// <summary>Its broker.</summary>
    public BrokerUnderLoad Broker { get; }

    /// <summary>Where it takes requests.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_role.Ports.Ingress}"));

    /// <summary>What its process has cost.</summary>
    public ProcessMeter Meter => _role.Meter;

    /// <summary>Starts both.</summary>
    /// <param name="call">The call, which names the running system.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">One of them did not get ready.</exception>
    public static async Task<IngressUnderLoad> StartAsync(ParseResult call, TimeProvider clock, CancellationToken cancellationToken)
    {
        var data = call.MachineData();
        var directory = Directory.CreateDirectory(Path.Combine(data.Root, "load-ingress")).FullName;
        var broker = await BrokerUnderLoad.StartAsync(Path.Combine(directory, "broker"), clock, cancellationToken);
        await ApplyTopicsAsync(call, broker, cancellationToken);

        using var system = PlatformServices.Create(call);
        var postgres = system.Services.GetRequiredService<IOptions<PostgresOptions>>().Value;
        return new(broker, await StartRoleAsync(data.Root, broker, postgres.ConnectionString, directory, clock, cancellationToken), directory);
    }

    /// <summary>Starts an ingress on a broker.</summary>
    /// <param name="data">Its <c>--data</c>.</param>
    /// <param name="broker">The broker.</param>
    /// <param name="postgres">Connection string of the running system's PostgreSQL.</param>
    /// <param name="directory">Where its spool lies.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">It did not get ready.</exception>
    public static Task<RoleProcess> StartRoleAsync(
        string data, BrokerUnderLoad broker, string postgres, string directory, TimeProvider clock, CancellationToken cancellationToken) => RoleProcess.StartAsync(
            RoleNames.Ingest,
            data,
            new Dictionary<string, string>
            {
                ["TRACKHUB_Kafka__BootstrapServers"] = broker.Bootstrap,
                ["TRACKHUB_SchemaRegistry__Url"] = broker.Registry,
                ["TRACKHUB_Postgres__ConnectionString"] = postgres,
                ["TRACKHUB_Ingest__SpoolDirectory"] = Path.Combine(directory, "spool"),
            },
            clock,
            cancellationToken);

    /// <summary>Bytes it has allocated so far.</summary>
    public Task<double> AllocatedAsync(CancellationToken cancellationToken) =>
        _role.FigureAsync("dotnet_gc_heap_total_allocated_bytes_total", "", cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _role.DisposeAsync();
        await Broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task ApplyTopicsAsync(ParseResult call, BrokerUnderLoad broker, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> configured =
        [
            .. call.Configured(), $"Kafka:BootstrapServers={broker.Bootstrap}", $"SchemaRegistry:Url={broker.Registry}",
        ];
        using var host = PlatformServices.Create(SystemConfiguration.Read(call.MachineData(), call.Ports(), configured), configured);
        await host.Services.GetRequiredService<TopicAdmin>().ApplyAsync(cancellationToken);
    }
}
