using System.Net.Sockets;
using System.Text;

namespace TrackHub.Cli.Supervising;

/// <summary>The distribution's Redis 7, in memory with an append-only file.</summary>
internal static class RedisService
{
    /// <summary>Name in the table and of its log.</summary>
    public const string Name = "redis";

    private const string StopSignal = "TERM";

    /// <summary>Says how to run it.</summary>
    public static Service Prepare(MachineData data, Ports ports)
    {
        var directory = data.Directory("redis");
        string[] arguments =
        [
            "--port", $"{ports.Redis}", "--bind", "127.0.0.1", "--dir", directory, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
            // Windows must not be evicted behind the matcher's back; a full Redis refuses, and the matcher pauses.
            "--maxmemory-policy", "noeviction",
        ];
        string[] command = [.. Unprivileged.EndingWithParent([], StopSignal), "redis-server", .. arguments];
        var plan = new ProcessPlan(command[0], command[1..], new Dictionary<string, string>(), data.LogFile(Name), StopSignal);
        return new Service(Name, [new(Name, $"127.0.0.1:{ports.Redis}")], [ports.Redis], StopStage.Stores, plan, token => ProbeAsync(ports.Redis, token));
    }

    /// <summary>Null when it answers, else why not.</summary>
    public static async Task<string?> ProbeAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
            var answer = new byte[64];
            var read = await stream.ReadAsync(answer, cancellationToken);
            var text = Encoding.ASCII.GetString(answer, 0, read).Trim();
            return text == "+PONG" ? null : text;   // -LOADING while it reads its file
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return exception.Message;
        }
    }
}
