using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using TrackHub.Cli;
using TrackHub.Cli.Running;
using TrackHub.Cli.Testing;

namespace TrackHub.Load.Broker;

/// <summary>The shipped broker, <c>run broker</c>, alone on a directory and ports of its own, so that nobody else's work is measured with it.</summary>
internal sealed class BrokerUnderLoad : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AdminLimit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new();
    private readonly Process _process;
    private readonly Ports _ports;

    private BrokerUnderLoad(Process process, Ports ports) => (_process, _ports, Meter) = (process, ports, new(process.Id));

    /// <summary>For clients.</summary>
    public string Bootstrap => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_ports.Kafka}");

    /// <summary>What its process has cost.</summary>
    public ProcessMeter Meter { get; }

    /// <summary>From the start of the process until it was ready.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Starts it.</summary>
    /// <exception cref="CommandException">It did not get ready within a minute.</exception>
    public static async Task<BrokerUnderLoad> StartAsync(string directory, TimeProvider clock, CancellationToken cancellationToken)
    {
        var ports = new Ports(FreeBase());
        var cli = Clone.Assembly(Path.Combine(Clone.Root(), "deploy", "TrackHub.Cli"), "TrackHub.Cli");
        var start = new ProcessStartInfo("dotnet", [cli, "run", RoleNames.Broker, "--data", directory, "--port-base", ports.Base.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,   // its end is the broker's
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment[InputWatch.Variable] = "1";
        foreach (var (name, value) in BrokerRuntime.Variables)
            start.Environment[name] = value;
        var began = clock.GetTimestamp();
        var broker = new BrokerUnderLoad(Process.Start(start)!, ports);
        broker._process.BeginOutputReadLine();   // read, or a full pipe would stop it
        broker._process.BeginErrorReadLine();
        while (!await broker.IsReadyAsync(cancellationToken))
        {
            if (clock.GetElapsedTime(began) > StartLimit || broker._process.HasExited)
                throw new CommandException($"`run broker` on {directory} did not get ready: start it by hand and read its log.");
            await Task.Delay(AskAgain, clock, cancellationToken);
        }

        broker.StartTime = clock.GetElapsedTime(began);
        return broker;
    }

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
        var metrics = await _http.GetStringAsync(Admin("metrics"), cancellationToken);
        return [.. ((string[])["gen0", "gen1", "gen2"]).Select(generation => metrics.Split('\n')
            .Where(line => line.StartsWith("dotnet_gc_collections_total", StringComparison.Ordinal) && line.Contains(generation, StringComparison.Ordinal))
            .Sum(static line => (long)double.Parse(line.Split("} ")[1].Split(' ')[0], CultureInfo.InvariantCulture)))];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.GetAsync(Admin("ready"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Uri Admin(string page) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Admin(RoleNames.Broker)}/{page}"));

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Bootstrap }).SetLogHandler(static (_, _) => { }).Build();

    // Taken by nobody now; if somebody is faster, the broker does not get ready and says so.
    private static int FreeBase()
    {
        const int first = 20_000, last = 30_000;
        return Enumerable.Range(0, (last - first) / Ports.Span).Select(static i => first + (i * Ports.Span))
            .First(static number => Enumerable.Range(number, Ports.Span).All(IsFree));
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
