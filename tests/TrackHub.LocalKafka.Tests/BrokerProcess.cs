using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Tests;

/// <summary>A broker in a process of its own, so that it can be killed.</summary>
internal sealed class BrokerProcess : IDisposable
{
    private readonly Process _process;

    private BrokerProcess(Process process, string bootstrapServers, Uri registry) =>
        (_process, BootstrapServers, Registry) = (process, bootstrapServers, registry);

    public string BootstrapServers { get; }

    public Uri Registry { get; }

    /// <summary>Runs a broker until its standard input ends, so that it never outlives the test that started it.</summary>
    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var options = new LocalKafkaOptions { DataDirectory = args[0], Port = int.Parse(args[1]), RegistryPort = 0 };
        await using var host = await LocalKafkaHost.StartAsync(options, NullLoggerFactory.Instance);
        Console.WriteLine($"{host.BootstrapServers} {host.RegistryAddress}");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>Starts a broker over <paramref name="dataDirectory"/>; port 0 takes a free one.</summary>
    public static async Task<BrokerProcess> StartAsync(string dataDirectory, int port)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(BrokerProcess).Assembly.Location, dataDirectory, port.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var line = await process.StandardOutput.ReadLineAsync();
        return line?.Split(' ') is [var kafka, var registry]
            ? new BrokerProcess(process, kafka, new Uri(registry))
            : throw new InvalidOperationException("the broker did not start");
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
