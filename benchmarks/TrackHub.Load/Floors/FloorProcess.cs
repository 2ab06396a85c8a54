using System.Diagnostics;
using TrackHub.Cli;
using TrackHub.Cli.Running;

namespace TrackHub.Load.Floors;

/// <summary>A floor in a process of its own: the least that the same load can cost on this machine, measured in the same run.</summary>
internal sealed class FloorProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private FloorProcess(Process process, string address) => (_process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Starts one.</summary>
    /// <param name="floor">A name of <see cref="FloorProgram"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="directory">Its working directory; ours if empty.</param>
    /// <param name="arguments">The floor's own.</param>
    /// <exception cref="InvalidOperationException">It did not say where it listens.</exception>
    public static async Task<FloorProcess> StartAsync(string floor, CancellationToken cancellationToken, string directory = "", params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(FloorProcess).Assembly.Location, FloorProgram.Verb, floor, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = directory,
        };

        // A server of HTTP runs as the ingress that is measured beside it, not as this program.
        if (floor is FloorProgram.Http or FloorProgram.Produce)
        {
            start.Environment["DOTNET_TieredPGO"] = "1";
            foreach (var (name, value) in RoleRuntime.Of(RoleNames.Ingest))
                start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(StartLimit, cancellationToken);
        return new(process, address ?? throw new InvalidOperationException($"The floor {floor} ended at its start."));
    }

    /// <summary>Has <see cref="FloorProgram.Append"/> empty its files.</summary>
    public async Task ClearAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync(cancellationToken);
        await _process.StandardOutput.ReadLineAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
