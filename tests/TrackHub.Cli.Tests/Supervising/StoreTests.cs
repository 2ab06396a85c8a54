using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using TrackHub.Cli.Supervising;
using TrackHub.Testing;

namespace TrackHub.Cli.Tests.Supervising;

/// <summary>PostgreSQL and Redis as <c>up</c> runs them, dying in every way.</summary>
public sealed class StoreTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly MachineData _data = new(TestFolder.Next("stores"));
    private readonly Ports _ports = new(FreeBase());
    private readonly Supervisor _supervisor = new(TimeProvider.System, static _ => { });
    private readonly List<Process> _strangers = [];

    [Fact]
    public async Task PostgreSQL_comes_back_from_a_kill_from_its_guard_s_death_and_from_a_clean_stop()
    {
        await StartAsync(await PreparePostgresAsync());

        foreach (var signal in new[] { "KILL", "INT" })
        {
            var before = Running();
            Signal(signal, before);
            await IsAgainAsync(before);
        }

        // The guard's death takes the server along, else it would hold its files against the next for ever.
        var orphan = Running();
        Signal("KILL", ParentOf(orphan));
        await IsAgainAsync(orphan);
        RunningSystem.StartOf(orphan).ShouldBeNull();
    }

    [Theory]
    [InlineData(0, 128)]
    [InlineData(1_023, 128)]
    [InlineData(1_024, 128)]
    [InlineData(1_032, 129)]
    [InlineData(7_873, 984)]
    [InlineData(16_376, 2_047)]
    [InlineData(16_384, 2_048)]
    [InlineData(1_048_576, 2_048)]
    public void PostgreSQL_s_cache_is_an_eighth_of_the_memory_within_its_limits(long machineMegabytes, long cacheMegabytes) =>
        PostgresService.CacheMegabytes(machineMegabytes * 1024 * 1024).ShouldBe(cacheMegabytes);

    [Fact]
    public async Task PostgreSQL_runs_with_the_cache_that_this_machine_s_memory_allows()
    {
        await StartAsync(await PreparePostgresAsync());

        await using var database = NpgsqlDataSource.Create(PostgresService.OwnerConnectionString(_ports, _data.PostgresPassword!));
        await using var command = database.CreateCommand("select pg_size_bytes(current_setting('shared_buffers')) / (1024 * 1024)");
        var cache = (long)(await command.ExecuteScalarAsync())!;

        cache.ShouldBe(PostgresService.CacheMegabytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes));
    }

    [Fact]
    public async Task A_lock_file_whose_number_is_another_process_s_by_now_does_not_keep_PostgreSQL_from_starting()
    {
        var service = await PreparePostgresAsync();
        var lockFile = Path.Combine(_data.Root, "postgres", "postmaster.pid");
        var stranger = await StrangerAsync();
        await File.WriteAllTextAsync(lockFile, $"{stranger}\n{Path.Combine(_data.Root, "postgres")}\n1\n{_ports.Postgres}\n\n127.0.0.1\n");
        await Shell.RunAsync(["chmod", "a+rw", lockFile], default);

        await StartAsync(service);

        (await File.ReadAllLinesAsync(lockFile))[0].ShouldBe(Running().ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task The_lock_file_of_a_server_that_lives_is_kept()
    {
        await StartAsync(await PreparePostgresAsync());

        PostgresService.ClearLock(Path.Combine(_data.Root, "postgres"));

        File.Exists(Path.Combine(_data.Root, "postgres", "postmaster.pid")).ShouldBeTrue();
    }

    [Fact]
    public async Task Redis_comes_back_with_its_keys_from_a_kill_and_with_a_torn_end_of_its_file()
    {
        await StartAsync(RedisService.Prepare(_data, _ports));
        (await AskAsync("SET kept 1")).ShouldBe("+OK");
        (await AskAsync("BGREWRITEAOF")).ShouldStartWith("+");
        await Eventually.Holds(async () => (await AskAsync("CONFIG GET appendonly")).ShouldContain("yes"));

        var before = Running();
        Signal("KILL", before);
        await IsAgainAsync(before);
        (await AskAsync("GET kept")).ShouldBe("$1\r\n1");

        // What a crash in the middle of a write leaves.
        before = Running();
        Signal("STOP", ParentOf(before));
        Signal("KILL", before);
        var file = new DirectoryInfo(Path.Combine(_data.Root, "redis")).GetFiles("*.incr.aof", SearchOption.AllDirectories).MaxBy(static aof => aof.Name)!;
        await File.AppendAllTextAsync(file.FullName, "*3\r\n$3\r\nSET\r\n$4\r\nto");
        Signal("CONT", ParentOf(before));
        await IsAgainAsync(before);
        (await AskAsync("GET kept")).ShouldBe("$1\r\n1");
    }

    public async ValueTask DisposeAsync()
    {
        await _supervisor.StopAsync(Patience);
        await _supervisor.DisposeAsync();
        foreach (var stranger in _strangers)
        {
            stranger.Kill();
            stranger.Dispose();
        }
    }

    private Task StartAsync(Service service) => _supervisor.StartAsync([service], Patience, static _ => { }, default);

    private async Task<Service> PreparePostgresAsync()
    {
        _data.MakeSecrets();
        return await PostgresService.PrepareAsync(_data, _ports, default);
    }

    private int Running() => _supervisor.Running[0].ProcessId;

    private async Task IsAgainAsync(int before)
    {
        await Eventually.Holds(() => _supervisor.Running[0].ProcessId != before, Patience);
        await Eventually.Holds(async () => (await _supervisor.Running[0].Service.Probe(default)).ShouldBeNull(), Patience);
    }

    /// <summary>A process of the user PostgreSQL runs as: only such a one is taken for a server.</summary>
    private async Task<int> StrangerAsync()
    {
        string[] command = [.. await Unprivileged.PrefixAsync(_data.Root, default), "sleep", "1000"];
        var stranger = Process.Start(new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/" })!;
        _strangers.Add(stranger);
        return stranger.Id;
    }

    private async Task<string> AskAsync(string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _ports.Redis);
        await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        var answer = new byte[256];
        return System.Text.Encoding.ASCII.GetString(answer, 0, await client.GetStream().ReadAsync(answer)).Trim();
    }

    private static int ParentOf(int processId)
    {
        var stat = File.ReadAllText($"/proc/{processId}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static void Signal(string name, int processId) => Machine.Signal(name, processId);

    /// <summary>A base whose ports of PostgreSQL and Redis are free.</summary>
    private static int FreeBase()
    {
        while (true)
        {
            var candidate = Random.Shared.Next(10_000, 30_000);
            if (IsFree(candidate + 5) && IsFree(candidate + 6))
                return candidate;
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
}
