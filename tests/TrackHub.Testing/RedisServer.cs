using System.Net.Sockets;

namespace TrackHub.Testing;

/// <summary>A real Redis of its own on a free port.</summary>
public sealed class RedisServer : IDisposable
{
    private const int Attempts = 3;
    private const int Databases = 1024;
    private int _lastDatabase;
    private ChildProcess? _server;

    private RedisServer()
    {
    }

    /// <summary>Port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>Host and port.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Process id of the server.</summary>
    public int ProcessId => _server!.Id;

    /// <summary>Starts one.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        var redis = new RedisServer();
        await redis.StartAgainAsync();
        return redis;
    }

    /// <summary>Number of a database no other test of this process uses.</summary>
    public int NextDatabase()
    {
        var number = Interlocked.Increment(ref _lastDatabase);
        return number < Databases ? number : throw new InvalidOperationException($"More than {Databases - 1} databases were taken. Remedy: raise the number.");
    }

    /// <summary>Ends it as a crash would; all is lost.</summary>
    public Task KillAsync() => _server!.KillAsync();

    /// <summary>Starts it after <see cref="KillAsync"/>, empty, on the same port.</summary>
    public async Task StartAgainAsync()
    {
        var folder = TestFolder.Next("redis");
        for (var attempt = 1; ; attempt++)
        {
            if (_server is null)
                Port = FreePorts.Next();
            var server = await ChildProcess.StartAsync(
                "KILL", user: null, "redis-server", "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no",
                "--databases", $"{Databases}", "--maxmemory-policy", "noeviction");
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
