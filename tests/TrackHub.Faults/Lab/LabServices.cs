using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Npgsql;
using TrackHub.Testing;

namespace TrackHub.Faults.Lab;

/// <summary>The processes of a running machine: who they are, whether they serve, and what one can do to them.</summary>
/// <param name="machine">A running machine.</param>
/// <param name="postgres">Its database.</param>
public sealed class LabServices(Machine machine, NpgsqlDataSource postgres) : IDisposable
{
    /// <summary>Names as <c>status</c> has them.</summary>
    public const string Ingest = "ingest", Matcher = "matcher", Dispatcher = "dispatcher", Ledger = "ledger", Metrics = "metrics", Broker = "broker",
        Simulator = "simulator", Postgres = "postgresql", Redis = "redis";

    /// <summary>Everything that runs, the roles first.</summary>
    public static readonly IReadOnlyList<string> All = [Dispatcher, Matcher, Ledger, Metrics, Ingest, Simulator, Broker, Redis, Postgres];

    /// <summary>The roles of the stream.</summary>
    public static readonly IReadOnlyList<string> Roles = [Dispatcher, Matcher, Ledger, Metrics, Ingest];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, int> AdminPorts = new()
    {
        [Ingest] = 10,
        [Matcher] = 11,
        [Dispatcher] = 12,
        [Ledger] = 13,
        [Metrics] = 14,
        [Broker] = 16,
        [Simulator] = 2,
    };

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>Process id of a service, as <c>status</c> shows it.</summary>
    public int Pid(string service)
    {
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(machine.Data, "up.json")));
        return state.RootElement.GetProperty("services").EnumerateArray()
            .First(row => row.GetProperty("name").GetString() == service).GetProperty("process_id").GetInt32();
    }

    /// <summary>Ends services as a crash would, all at once.</summary>
    /// <returns>Their process ids, for <see cref="AreAgainAsync"/>.</returns>
    public IReadOnlyDictionary<string, int> Kill(params IReadOnlyList<string> services)
    {
        var pids = services.ToDictionary(static service => service, Pid);
        Signal("KILL", pids.Values);
        return pids;
    }

    /// <summary>Waits until the supervisor has put other processes in the place of these, and all services serve.</summary>
    public async Task AreAgainAsync(IReadOnlyDictionary<string, int> killed)
    {
        await AreReplacedAsync(killed);
        await AreReadyAsync();
    }

    /// <summary>Waits until the supervisor has put other processes in the place of these.</summary>
    public async Task AreReplacedAsync(IReadOnlyDictionary<string, int> killed)
    {
        foreach (var (service, before) in killed)
        {
            await Eventually.Holds(
                () =>
                {
                    Pid(service).ShouldNotBe(before, $"{service} was not started again");
                    return Task.CompletedTask;
                },
                Patience);
        }
    }

    /// <summary>Waits until every service serves.</summary>
    public Task AreReadyAsync() => AreReadyAsync(All);

    /// <summary>Waits until these services serve.</summary>
    public async Task AreReadyAsync(IReadOnlyList<string> services)
    {
        foreach (var service in services)
        {
            await Eventually.Holds(
                async () =>
                {
                    var state = await ReadyAsync(service);
                    state.IsReady.ShouldBeTrue($"{service}: {state.Text}");
                },
                Patience);
        }
    }

    /// <summary>Stops processes with all their children in their tracks; they keep their connections and answer nobody.</summary>
    public void Pause(params IReadOnlyList<string> services) => Signal("STOP", services.SelectMany(service => ProcessTree.Of(Pid(service))));

    /// <summary>Lets paused processes go on.</summary>
    public void Continue(params IReadOnlyList<string> services) => Signal("CONT", services.SelectMany(service => ProcessTree.Of(Pid(service)).Reverse()));

    /// <summary>Waits until a role says that it is not ready and names a dependency.</summary>
    public Task SaysAwayAsync(string role, string dependency) => Eventually.Holds(
        async () =>
        {
            var state = await ReadyAsync(role);
            state.IsReady.ShouldBeFalse($"{role} says it is ready while {dependency} is away");
            state.Away.ShouldContain(dependency, $"{role}: {state.Text}");
        },
        Patience);

    /// <summary>Waits until a role says that a dependency is away and that it is ready all the same.</summary>
    public Task StandsInAsync(string role, string dependency) => Eventually.Holds(
        async () =>
        {
            var state = await ReadyAsync(role);
            state.IsReady.ShouldBeTrue($"{role}: {state.Text}");
            state.Away.ShouldContain(dependency, $"{role}: {state.Text}");
        },
        Patience);

    /// <summary>Waits until a further instance of all consumers reads in each of their groups.</summary>
    /// <param name="adminPort">Its admin port.</param>
    public Task OwnsPartitionsAsync(int adminPort) => Eventually.Holds(
        async () =>
        {
            var metrics = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{adminPort}/metrics"));
            var lags = metrics.Split('\n').Where(static line => line.StartsWith("trackhub_consumer_lag", StringComparison.Ordinal)).ToList();
            foreach (var group in new[] { Matcher, Dispatcher, Ledger })
                lags.ShouldContain(line => line.Contains($"\"{group}\"", StringComparison.Ordinal), $"owns nothing of group {group}");
        },
        Patience);

    /// <summary>What a service's <c>/ready</c> says, or whether a store serves; not ready where nobody answers.</summary>
    public async Task<ReadyAnswer> ReadyAsync(string service)
    {
        try
        {
            if (service is Postgres)
                return await PostgresReadyAsync();
            if (service is Redis)
                return await RedisReadyAsync();

            using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{machine.PortBase + AdminPorts[service]}/ready"));
            return ReadyAnswer.Read(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or NpgsqlException or SocketException or IOException)
        {
            return new(IsReady: false, [], fault.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<ReadyAnswer> PostgresReadyAsync()
    {
        await using var command = postgres.CreateCommand("select 1");
        await command.ExecuteScalarAsync();
        return new(IsReady: true, [], "");
    }

    private async Task<ReadyAnswer> RedisReadyAsync()
    {
        using var limit = new CancellationTokenSource(_http.Timeout);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", machine.PortBase + 6, limit.Token);
        await client.GetStream().WriteAsync("PING\r\n"u8.ToArray(), limit.Token);
        var answer = new byte[64];
        var text = Encoding.ASCII.GetString(answer, 0, await client.GetStream().ReadAsync(answer, limit.Token)).Trim();
        return new(text == "+PONG", [], text);
    }

    private static void Signal(string name, IEnumerable<int> pids)
    {
        using var kill = Process.Start("kill", ["-" + name, .. pids.Select(static pid => pid.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }
}

/// <summary>An answer of <c>/ready</c>.</summary>
/// <param name="IsReady">Whether it was 200.</param>
/// <param name="Away">The dependencies it names as not ready.</param>
/// <param name="Text">The whole answer, or why there is none.</param>
public sealed record ReadyAnswer(bool IsReady, IReadOnlyList<string> Away, string Text)
{
    /// <summary>Reads an answer's body.</summary>
    public static ReadyAnswer Read(bool isReady, string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return new(
                isReady,
                [.. document.RootElement.GetProperty("dependencies").EnumerateObject()
                    .Where(static dependency => !dependency.Value.GetProperty("ready").GetBoolean()).Select(static dependency => dependency.Name)],
                body);
        }
        catch (Exception other) when (other is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new(isReady, [], body);
        }
    }
}
