using System.Net.Sockets;
using System.Text;

namespace TrackHub.Testing;

/// <summary>A real Redis of its own on a free port.</summary>
public sealed class RedisServer : IDisposable
{
    private const int Attempts = 3;
    private const int Databases = 1024;
    private readonly string _folder = TestFolder.Next("redis");
    private readonly int? _busPort;
    private int _lastDatabase;
    private ChildProcess? _server;

    private RedisServer(int? busPort) => _busPort = busPort;

    /// <summary>Port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>Host and port.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Process id of the server.</summary>
    public int ProcessId => _server!.Id;

    /// <summary>Starts one.</summary>
    public static Task<RedisServer> StartAsync() => StartAsync(busPort: null);

    /// <summary>Starts one that is a node of a cluster.</summary>
    /// <param name="busPort">Where the other nodes reach it; null for a server of its own.</param>
    internal static async Task<RedisServer> StartAsync(int? busPort)
    {
        var redis = new RedisServer(busPort);
        await redis.StartAgainAsync();
        return redis;
    }

    /// <summary>Number of a database no other test of this process uses.</summary>
    public int NextDatabase()
    {
        var number = Interlocked.Increment(ref _lastDatabase);
        return number < Databases ? number : throw new InvalidOperationException($"More than {Databases - 1} databases were taken. Remedy: raise the number.");
    }

    /// <summary>Writes a snapshot, with which it starts again.</summary>
    public async Task SaveAsync()
    {
        var answer = await AskAsync("SAVE");
        if (answer != "+OK")
            throw new InvalidOperationException($"Redis does not save: {answer}");
    }

    /// <summary>Sends one command without binary arguments.</summary>
    /// <returns>The beginning of its answer, as the protocol has it.</returns>
    public async Task<string> AskAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
        var answer = new byte[4096];
        return Encoding.ASCII.GetString(answer, 0, await client.GetStream().ReadAsync(answer)).Trim();
    }

    /// <summary>Ends it as a crash would; what it has not saved is lost.</summary>
    public Task KillAsync() => _server!.KillAsync();

    /// <summary>Starts it after <see cref="KillAsync"/> on the same port, with what it last saved.</summary>
    public async Task StartAgainAsync()
    {
        IReadOnlyList<string> clustered = _busPort is { } bus ? ["--cluster-enabled", "yes", "--cluster-port", $"{bus}"] : ["--databases", $"{Databases}"];
        for (var attempt = 1; ; attempt++)
        {
            if (_server is null)
                Port = FreePorts.Next();
            var server = await ChildProcess.StartAsync(
                "KILL", user: null, "redis-server", ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--appendonly", "no",
                "--maxmemory-policy", "noeviction", .. clustered]);
            if (await AnswersAsync(server))
            {
                _server = server;
                return;
            }

            server.Dispose();
            if (attempt == Attempts)
                throw new InvalidOperationException($"Redis does not start: {server.Output}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _server?.Dispose();

    private async Task<bool> AnswersAsync(ChildProcess server)
    {
        var answers = false;
        await Eventually.Holds(
            async () =>
            {
                if (server.HasExited)
                    return true;

                using var client = new TcpClient();
                await client.ConnectAsync("127.0.0.1", Port);
                return answers = true;
            },
            TimeSpan.FromSeconds(15));
        return answers;
    }
}
