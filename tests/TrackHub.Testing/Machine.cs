using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace TrackHub.Testing;

/// <summary>What a command said and how it ended.</summary>
public sealed record CommandResult(int Code, string Output, string Error)
{
    /// <summary>Both streams, for messages.</summary>
    public string All => $"exit code {Code}\n{Output}\n{Error}";
}

/// <summary>One machine's TrackHub, used as its users do: by the shipped command, on a state directory and ports of its own.</summary>
public sealed class Machine : IAsyncDisposable
{
    // Ends the command when our pipe to it does, so also when a test run is killed.
    private const string Guarded =
        """exec 3<&0; "$@" </dev/null 3<&- & c=$!; { read -r _ <&3; kill -TERM $c 2>/dev/null; } & wait $c; code=$?; { kill $!; wait $!; } 2>/dev/null; exit $code""";

    private const int PortsOfOne = 20;

    // The demo waits 65 s for clicks that never come.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    // Machines of one run that start at the same time must not choose the same ports.
    private static readonly ConcurrentDictionary<int, bool> GivenBases = new();
    private readonly List<Process> _ups = [];

    /// <summary>A state directory and ports of its own; nothing runs yet.</summary>
    public Machine()
    {
        Data = TestFolder.Next("machine");
        PortBase = FreeBase();
    }

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>State directory.</summary>
    public string Data { get; }

    /// <summary>First port.</summary>
    public int PortBase { get; }

    /// <summary>Settings of this machine as environment variables, such as <c>TRACKHUB_Kafka__SessionTimeout</c>; every command gets them.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Words before <c>up</c>, such as <c>unshare</c> with its options; what they start must become the command.</summary>
    public IReadOnlyList<string> Wrapper { get; init; } = [];

    /// <summary>Every process that was started for this machine and still runs, by its command line.</summary>
    public IReadOnlyList<string> Processes =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(static path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out _))
            .Select(CommandLine).Where(line => line.Contains(Data, StringComparison.Ordinal)),
    ];

    /// <summary>Runs a command to its end.</summary>
    public async Task<CommandResult> RunAsync(params string[] arguments)
    {
        using var process = Start(["bash", Path.Combine(Root, "trackhub"), .. arguments, "--data", Data, "--port-base", $"{PortBase}"], Root);
        return await EndAsync(process);
    }

    /// <summary>Starts a command that runs until it is stopped, such as a further <c>run matcher</c> beside <c>up</c>.</summary>
    public RunningCommand Start(params string[] arguments)
    {
        var process = Start(["bash", Path.Combine(Root, "trackhub"), .. arguments, "--data", Data, "--port-base", $"{PortBase}"], Root);
        return new(process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
    }

    /// <summary>Runs a bash script in a directory that looks like the repository's, and whose <c>./trackhub</c> is this machine's.</summary>
    public async Task<CommandResult> ScriptAsync(string script)
    {
        var directory = Directory.CreateDirectory(Path.Combine(Data, "script")).FullName;
        var wrapper = Path.Combine(directory, "trackhub");
        Link("docs", Path.Combine(Root, "docs"));
        Link(".trackhub", Data);
        await File.WriteAllTextAsync(wrapper, $"#!/bin/bash\nexec bash '{Root}/trackhub' \"$@\" --data '{Data}' --port-base {PortBase}\n");
        File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var process = Start(["bash", "-c", script], directory);
        return await EndAsync(process);

        void Link(string name, string target)
        {
            if (!Path.Exists(Path.Combine(directory, name))) File.CreateSymbolicLink(Path.Combine(directory, name), target);
        }
    }

    /// <summary>Starts <c>up</c> in the foreground and waits for its ready line.</summary>
    public async Task<RunningUp> UpAsync()
    {
        var process = Start([.. Wrapper, "bash", Path.Combine(Root, "trackhub"), "up", "--data", Data, "--port-base", $"{PortBase}"], Root);
        _ups.Add(process);
        var error = process.StandardError.ReadToEndAsync();
        var lines = new StringBuilder();
        using var limit = new CancellationTokenSource(Patience);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            lines.AppendLine(line);
            if (line == "TrackHub is ready") return new(process, process.StandardOutput.ReadToEndAsync(), error);
        }

        throw new InvalidOperationException($"up ended before it was ready: {lines}\n{await error}");
    }

    /// <summary>Process id of the supervisor.</summary>
    public int Supervisor()
    {
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(Data, "up.json")));
        return state.RootElement.GetProperty("process_id").GetInt32();
    }

    /// <summary>What <c>status --json</c> says, by service.</summary>
    public async Task<Dictionary<string, JsonElement>> StatusAsync()
    {
        var status = await RunAsync("status", "--json");
        return status.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(static service => service.GetProperty("service").GetString()!, StringComparer.Ordinal);
    }

    /// <summary>Sends a signal.</summary>
    public static void Signal(string name, int processId) => Process.Start("kill", ["-" + name, $"{processId}"]).WaitForExit();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var up in _ups)
        {
            up.StandardInput.Close();
            await up.WaitForExitAsync();
            up.Dispose();
        }

        if (Processes.Count > 0) await RunAsync("down");
    }

    private Process Start(IReadOnlyList<string> command, string directory)
    {
        var start = new ProcessStartInfo("sh", ["-c", Guarded, "guard", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = directory,
        };
        start.Environment["TRACKHUB_NO_BOOTSTRAP"] = "1";
        foreach (var (name, value) in Settings) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<CommandResult> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Patience);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>A base whose ports are free, below those the system gives away by itself.</summary>
    private static int FreeBase()
    {
        while (true)
        {
            var candidate = 10_000 + (PortsOfOne * Random.Shared.Next(1_000));
            if (Enumerable.Range(candidate, PortsOfOne).All(IsFree) && GivenBases.TryAdd(candidate, true)) return candidate;
        }
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

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "TrackHub.sln"))) directory = directory.Parent!;
        return directory.FullName;
    }
}

/// <summary>A command that runs until it is stopped.</summary>
public sealed record RunningCommand(Process Process, Task<string> Output, Task<string> Error) : IAsyncDisposable
{
    /// <summary>Asks it to stop, as SIGTERM does, and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(TimeSpan limit)
    {
        Process.StandardInput.Close();
        using var timeout = new CancellationTokenSource(limit);
        await Process.WaitForExitAsync(timeout.Token);
        return Process.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Process.StandardInput.Close();
        await Process.WaitForExitAsync();
        Process.Dispose();
    }
}

/// <summary>An <c>up</c> in the foreground.</summary>
public sealed record RunningUp(Process Process, Task<string> Table, Task<string> Error)
{
    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        await Process.WaitForExitAsync(timeout.Token);
        return Process.ExitCode;
    }
}
