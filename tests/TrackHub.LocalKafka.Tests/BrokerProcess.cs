using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Tests;

/// <summary>A broker in a process of its own, so that it can be killed and paused.</summary>
internal sealed class BrokerProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private BrokerProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                _log.Enqueue(line.Data);
        };
        process.BeginErrorReadLine();
    }

    /// <summary>Where clients connect. Known once it is ready.</summary>
    public string BootstrapServers { get; private set; } = "";

    public int Port => int.Parse(BootstrapServers[(BootstrapServers.LastIndexOf(':') + 1)..]);

    public Uri Registry { get; private set; } = null!;

    public int Id => _process.Id;

    /// <summary>What it logged so far, a line each. A killed broker's last lines are missing.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Bytes of its memory that are resident.</summary>
    public long ResidentBytes => long.Parse(File.ReadAllText($"/proc/{Id}/statm").Split(' ')[1]) * Environment.SystemPageSize;

    /// <summary>Files and sockets it holds open.</summary>
    public int OpenHandles => Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length;

    /// <summary>Runs a broker until its standard input ends, so that it never outlives the test that started it.</summary>
    public static async Task<int> Main(string[] args)
    {
        var options = new LocalKafkaOptions { Port = 0, RegistryPort = 0 };
        new ConfigurationBuilder().AddCommandLine(args).Build().Bind(options);
        using var loggers = LoggerFactory.Create(static logging => logging
            .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace)
            .AddSimpleConsole(static console => console.SingleLine = true));
        await using var host = await LocalKafkaHost.StartAsync(options, loggers);
        Console.WriteLine($"{host.BootstrapServers} {host.RegistryAddress}");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>Starts a broker over <paramref name="dataDirectory"/> and returns at once.</summary>
    /// <param name="dataDirectory">Where its log is.</param>
    /// <param name="port">0 takes a free one.</param>
    /// <param name="settings">Further options, as <c>Name=value</c>.</param>
    /// <param name="through">A command that becomes the broker, such as nsenter.</param>
    public static BrokerProcess Spawn(string dataDirectory, int port, IEnumerable<string>? settings = null, IEnumerable<string>? through = null)
    {
        List<string> command =
        [
            .. through ?? [],
            "dotnet", "exec", typeof(BrokerProcess).Assembly.Location,
            $"{nameof(LocalKafkaOptions.DataDirectory)}={dataDirectory}", $"{nameof(LocalKafkaOptions.Port)}={port}",
            .. settings ?? [],
        ];
        return new BrokerProcess(Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    /// <summary>Starts a broker over <paramref name="dataDirectory"/> and waits until it serves; port 0 takes a free one.</summary>
    public static async Task<BrokerProcess> StartAsync(string dataDirectory, int port, params string[] settings)
    {
        var broker = Spawn(dataDirectory, port, settings);
        await broker.ReadyAsync();
        return broker;
    }

    /// <summary>Waits until it serves.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message has what it said.</exception>
    public async Task ReadyAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync();
        if (line?.Split(' ') is not [var kafka, var registry])
        {
            await _process.WaitForExitAsync();
            throw new InvalidOperationException($"the broker did not start: {string.Join('\n', _log)}");
        }

        (BootstrapServers, Registry) = (kafka, new Uri(registry));
    }

    /// <summary>SIGKILL: nothing of the process runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
