using System.Diagnostics;
using System.Runtime.InteropServices;
using TrackHub.Cli;
using TrackHub.Cli.Testing;

namespace TrackHub.Load.Floors;

/// <summary>
/// <c>benchmarks/peers/node-ingest</c> in a process of its own: what a team would write instead of the ingress. Its packages, a Node.js among them, are
/// installed when it is first asked for.
/// </summary>
internal sealed class NodePeer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private NodePeer(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Its process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Installs it if need be, and starts it.</summary>
    /// <param name="bootstrap">Kafka.</param>
    /// <param name="topic">Topic it appends to.</param>
    /// <param name="progress">Told of an installation.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">npm failed, or it did not start.</exception>
    public static async Task<NodePeer> StartAsync(string bootstrap, string topic, TextWriter progress, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Clone.Root(), "benchmarks", "peers", "node-ingest");
        await InstallAsync(folder, progress, cancellationToken);
        var node = Path.Combine(folder, "node_modules", $"node-linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "bin", "node");
        var start = new ProcessStartInfo(node, ["server.mjs"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,   // its end is the peer's
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        (start.Environment["BOOTSTRAP"], start.Environment["TOPIC"], start.Environment["NODE_ENV"]) = (bootstrap, topic, "production");
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(StartLimit, cancellationToken);
        return new(process, new(address ?? throw new CommandException($"{folder} ended at its start; remove its node_modules and call again.")));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // The copy of the lock file is written last: an interrupted installation is not taken for a whole one.
    private static async Task InstallAsync(string folder, TextWriter progress, CancellationToken cancellationToken)
    {
        var wanted = Path.Combine(folder, "package-lock.json");
        var installed = Path.Combine(folder, "node_modules", ".installed-lock.json");
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed, cancellationToken) == await File.ReadAllTextAsync(wanted, cancellationToken))
            return;

        await progress.WriteLineAsync("installing the npm packages of benchmarks/peers/node-ingest");
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,   // ours is for figures
        })!;
        _ = await npm.StandardOutput.ReadToEndAsync(cancellationToken);
        await npm.WaitForExitAsync(cancellationToken);
        if (npm.ExitCode is not 0)
            throw new CommandException($"npm ci failed in {folder}: check the network and `npm config list`, then call again.");
        File.Copy(wanted, installed, overwrite: true);
    }
}
