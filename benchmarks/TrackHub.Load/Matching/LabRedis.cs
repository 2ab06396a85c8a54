using System.Globalization;
using StackExchange.Redis;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Matching;

/// <summary>The running system's Redis as a lab uses it: databases that nobody else uses, emptied before and after.</summary>
internal sealed class LabRedis : IAsyncDisposable
{
    private readonly ConnectionMultiplexer _redis;
    private readonly IServer _server;
    private readonly int _windows;
    private readonly IReadOnlyList<int> _databases;

    private LabRedis(ConnectionMultiplexer redis, IServer server, IReadOnlyList<int> databases, ProcessMeter meter) =>
        (_redis, _server, _windows, _databases, Meter) = (redis, server, databases[0], databases, meter);

    /// <summary>What its process has cost, whoever asked for it; it must run on this machine.</summary>
    public ProcessMeter Meter { get; }

    /// <summary>Connects and empties the databases.</summary>
    /// <param name="endpoint">Host and port.</param>
    /// <param name="windows">Number of the database that holds the matcher's windows.</param>
    /// <param name="others">Numbers of the others.</param>
    public static async Task<LabRedis> ConnectAsync(string endpoint, int windows, params IReadOnlyList<int> others)
    {
        var redis = await ConnectionMultiplexer.ConnectAsync($"{endpoint},allowAdmin=true");
        var server = redis.GetServer(endpoint);
        var process = (await server.InfoAsync("server")).SelectMany(static section => section).First(static line => line.Key == "process_id").Value;
        var lab = new LabRedis(redis, server, [windows, .. others], new(int.Parse(process, CultureInfo.InvariantCulture)));
        await lab.EmptyAsync();
        return lab;
    }

    /// <summary>Wipes the windows.</summary>
    public Task ForgetAsync() => _server.FlushDatabaseAsync(_windows);

    /// <summary>Has it answer nobody for so long; it goes on by itself.</summary>
    /// <remarks>https://redis.io/docs/latest/commands/client-pause/</remarks>
    public Task StandStillAsync(TimeSpan time) => _redis.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", (long)time.TotalMilliseconds, "ALL");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EmptyAsync();
        _redis.Dispose();
    }

    private async Task EmptyAsync()
    {
        foreach (var database in _databases)
            await _server.FlushDatabaseAsync(database);
    }
}
