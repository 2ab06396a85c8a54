using Npgsql;

namespace TrackHub.Cli.Supervising;

/// <summary>The distribution's PostgreSQL 15, on a cluster of ours.</summary>
internal static class PostgresService
{
    /// <summary>Name in the table and of its log.</summary>
    public const string Name = "postgresql";

    /// <summary>The server.</summary>
    public const string Program = Binaries + "/postgres";

    private const string Owner = "trackhub";
    private const string Writer = "trackhub_writer";
    private const string Console = "trackhub_console";

    // PostgreSQL's fast stop.
    private const string StopSignal = "INT";

    private const string Binaries = "/usr/lib/postgresql/15/bin";

    // The password goes by standard input: arguments are for everybody to read.
    private const string Initialize =
        """
        umask 077; f=$(mktemp) && cat >"$f" && "$1/initdb" -D "$2" -U trackhub -A scram-sha-256 --pwfile "$f" -E UTF8 --locale C.UTF-8
        code=$?; rm -f "$f"; [ $code = 0 ] || exit $code
        echo 'create database trackhub' | "$1/postgres" --single -D "$2" postgres
        """;

    /// <summary>Makes the cluster at the first start and says how to run it.</summary>
    public static async Task<Service> PrepareAsync(MachineData data, Ports ports, CancellationToken cancellationToken)
    {
        if (!File.Exists(Program))
            throw new CommandException($"There is no PostgreSQL 15 in {Binaries}: install postgresql-15, or set TRACKHUB_Postgres__ConnectionString.");

        var password = data.PostgresPassword ?? throw new InvalidOperationException("The machine's secrets are made before its stores.");
        var directory = Path.Combine(data.Root, "postgres");
        var prefix = await Unprivileged.PrefixAsync(data.Root, cancellationToken);
        if (!Directory.Exists(directory)) await InitializeAsync(data, directory, prefix, password, cancellationToken);

        // Six processes of up to 20 connections, the console's second pool, and room for people.

        // Pages are whole in the log once between two checkpoints, so these are far apart, and compressed by what costs little; a vacuum goes slowly, for those who
        // write wait for processors, not for space. Measured in benchmarks/results, dispatch-profile.md.
        string[] settings =
        [
            "listen_addresses=127.0.0.1", $"port={ports.Postgres}", "unix_socket_directories=", "max_connections=150",
            $"shared_buffers={CacheMegabytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)}MB", "max_wal_size=4GB", "checkpoint_timeout=15min",
            "wal_compression=lz4", "autovacuum_vacuum_cost_delay=10ms", "log_min_messages=warning", "timezone=UTC",
        ];
        string[] command =
            [.. Unprivileged.EndingWithParent(prefix, StopSignal), Program, "-D", directory, .. settings.SelectMany(static s => new[] { "-c", s })];
        var plan = new ProcessPlan(command[0], command[1..], new Dictionary<string, string>(), data.LogFile(Name), StopSignal) { Clear = () => ClearLock(directory) };
        var connection = OwnerConnectionString(ports, password);
        return new Service(Name, [new(Name, $"127.0.0.1:{ports.Postgres}")], [ports.Postgres], StopStage.Stores, plan, token => ProbeAsync(connection, token));
    }

    /// <summary>Its cache: an eighth of the machine's memory, half of what PostgreSQL's manual gives a server that is alone. From 128 to 2,048 MB.</summary>
    /// <remarks>In one that is too small a claim waits for pages to be written, and for the log before them, until there is place for its own.</remarks>
    /// <param name="machineBytes">The machine's memory.</param>
    internal static long CacheMegabytes(long machineBytes) => Math.Clamp(machineBytes / 8 / (1024 * 1024), 128, 2_048);

    /// <summary>How its owner reaches it: migrations, and commands that change configuration.</summary>
    public static string OwnerConnectionString(Ports ports, string password) => ConnectionString(ports, Owner, password);

    /// <summary>How roles reach it.</summary>
    public static string WriterConnectionString(Ports ports, string password) => ConnectionString(ports, Writer, password);

    /// <summary>How the console reaches it.</summary>
    public static string ConsoleConnectionString(Ports ports, string password) => ConnectionString(ports, Console, password);

    /// <summary>Lets the roles' logins in, once migrations have made them.</summary>
    /// <param name="owner">Connects as the owner.</param>
    /// <param name="data">Has their passwords, hex.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task AdmitRolesAsync(NpgsqlDataSource owner, MachineData data, CancellationToken cancellationToken)
    {
        await using var command = owner.CreateCommand(
            $"alter role {Writer} login password '{data.WriterPassword}'; alter role {Console} login password '{data.ConsolePassword}'");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string ConnectionString(Ports ports, string user, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = ports.Postgres,
        Username = user,
        Password = password,
        Database = "trackhub",
        MaxPoolSize = 20,
        // A lost server is noticed by a failing call, not by a caller waiting for ever.
        Timeout = 5,
        CommandTimeout = 30,
    }.ConnectionString;

    /// <summary>Null when it takes connections, else why not.</summary>
    public static async Task<string?> ProbeAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            var single = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
            await using var connection = new NpgsqlConnection(single.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return null;
        }
        catch (NpgsqlException exception)
        {
            return exception.Message;
        }
    }

    /// <summary>
    /// Removes the lock file of a server that is gone. PostgreSQL does so itself, unless the number in the file is another process's of our user by now,
    /// as after the machine's restart: then it takes that for a server and refuses to start, for ever.
    /// </summary>
    /// <remarks>
    /// A server and its children work in the data directory; while one is found there, in whatever state, PostgreSQL is left to judge. Nobody else
    /// starts one here: the supervisor holds the machine's data.
    /// </remarks>
    internal static void ClearLock(string directory)
    {
        var path = Path.Combine(directory, "postmaster.pid");
        if (ReadOrNull(path) is { } ours && !Directory.EnumerateDirectories("/proc").Any(process => ReadOrNull(Path.Combine(process, "cwd", "postmaster.pid")) == ours))
            File.Delete(path);
    }

    private static string? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task InitializeAsync(
        MachineData data, string directory, IReadOnlyList<string> prefix, string password, CancellationToken cancellationToken)
    {
        // Made beside its place and moved there when whole: what an interrupted first start left is removed.
        var half = directory + ".new";
        if (Directory.Exists(half)) Directory.Delete(half, recursive: true);
        Directory.CreateDirectory(half, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await Unprivileged.OwnAsync(half, cancellationToken);
        var said = await Shell.RunAsync([.. prefix, "/bin/sh", "-c", Initialize, "trackhub", Binaries, half], cancellationToken, input: password);
        await File.AppendAllTextAsync(data.LogFile(Name), said, cancellationToken);
        Directory.Move(half, directory);
    }
}
