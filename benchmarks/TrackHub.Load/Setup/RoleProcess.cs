using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using TrackHub.Cli;
using TrackHub.Cli.Running;
using TrackHub.Cli.Testing;

namespace TrackHub.Load.Setup;

/// <summary>A shipped role, <c>run ROLE</c>, with the runtime settings it is shipped with, alone on ports of its own, so that nobody else's work is measured with it.</summary>
internal sealed class RoleProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new();
    private readonly Process _process;
    private readonly string _role;

    private RoleProcess(Process process, string role, Ports ports) => (_process, _role, Ports, Meter) = (process, role, ports, new(process.Id));

    /// <summary>Its ports.</summary>
    public Ports Ports { get; }

    /// <summary>What its process has cost.</summary>
    public ProcessMeter Meter { get; }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>From the start of the process until it was ready.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Starts one.</summary>
    /// <param name="role">Name of the role.</param>
    /// <param name="data">Its <c>--data</c>.</param>
    /// <param name="variables">Variables it is given besides those of <see cref="RoleRuntime"/>.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">It did not get ready within a minute.</exception>
    public static async Task<RoleProcess> StartAsync(
        string role, string data, IReadOnlyDictionary<string, string> variables, TimeProvider clock, CancellationToken cancellationToken)
    {
        var ports = new Ports(FreeBase());
        var cli = Clone.Assembly(Path.Combine(Clone.Root(), "deploy", "TrackHub.Cli"), "TrackHub.Cli");
        var start = new ProcessStartInfo("dotnet", [cli, "run", role, "--data", data, "--port-base", ports.Base.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,   // its end is the role's
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment[InputWatch.Variable] = "1";
        foreach (var (name, value) in RoleRuntime.Of(role).Concat(variables))
            start.Environment[name] = value;
        var began = clock.GetTimestamp();
        var started = new RoleProcess(Process.Start(start)!, role, ports);
        started._process.BeginOutputReadLine();   // read, or a full pipe would stop it
        started._process.BeginErrorReadLine();
        while (!await started.IsReadyAsync(cancellationToken))
        {
            if (clock.GetElapsedTime(began) > StartLimit || started._process.HasExited)
                throw new CommandException($"`run {role}` on {data} did not get ready: start it by hand and read its log.");
            await Task.Delay(AskAgain, clock, cancellationToken);
        }

        started.StartTime = clock.GetElapsedTime(began);
        return started;
    }

    /// <summary>The sum of a figure of its <c>/metrics</c> over those of its series whose tags hold a text.</summary>
    public async Task<double> FigureAsync(string name, string tags, CancellationToken cancellationToken)
    {
        var metrics = await _http.GetStringAsync(Admin("metrics"), cancellationToken);
        return metrics.Split('\n')
            .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(tags, StringComparison.Ordinal))
            .Sum(static line => double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture));
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

    private Uri Admin(string page) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Admin(_role)}/{page}"));

    // Taken by nobody now; if somebody is faster, the role does not get ready and says so.
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
