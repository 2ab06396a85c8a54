using Npgsql;

namespace TrackHub.Testing;

/// <summary>A real PostgreSQL of its own on a free port.</summary>
public sealed class PostgresServer : IDisposable
{
    private const int Attempts = 3;
    private const string Writer = "trackhub_writer";
    private static readonly string[] NotDurable = ["-c", "fsync=off", "-c", "full_page_writes=off"];

    // As root it refuses to run.
    private static readonly string? User = Environment.IsPrivilegedProcess ? "postgres" : null;

    private readonly string _folder;
    private readonly bool _durable;
    private ChildProcess? _server;

    private PostgresServer(string folder, bool durable) => (_folder, _durable) = (folder, durable);

    /// <summary>Port on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>Process id of the server.</summary>
    public int ProcessId => _server!.Id;

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="durable">True: commits reach the disk, for tests that kill it. False: faster, and a kill may damage it.</param>
    /// <param name="admitsWriter">Makes the login that <see cref="AsWriter"/> needs; else the first migration makes the roles, which cannot log in.</param>
    public static async Task<PostgresServer> StartAsync(bool durable = false, bool admitsWriter = true)
    {
        var folder = TestFolder.Next("postgres");
        if (User is not null)
            await ChildProcess.RunAsync(user: null, "chown", User, folder);
        await ChildProcess.RunAsync(User, Program("initdb"), "-D", folder, "-U", "trackhub", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C");

        var server = new PostgresServer(folder, durable);
        await server.StartAgainAsync();
        if (admitsWriter)
            await server.ExecuteAsync($"create role {Writer} login bypassrls");
        return server;
    }

    /// <summary>Connection string of one of its databases, as the owner of its tables.</summary>
    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=trackhub;Database={database};Maximum Pool Size=20";

    /// <summary>The same database as the roles connect to it.</summary>
    /// <param name="connectionString">The owner's.</param>
    public static string AsWriter(string connectionString) => As(connectionString, Writer);

    /// <summary>The same database as somebody else; every login is trusted.</summary>
    public static string As(string connectionString, string user) => new NpgsqlConnectionStringBuilder(connectionString) { Username = user }.ConnectionString;

    /// <summary>Makes an empty database with a name of its own.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"t_{Guid.NewGuid():N}";
        await ExecuteAsync($"create database {name}");
        return ConnectionString(name);
    }

    /// <summary>Runs a statement that concerns the whole server, as its superuser.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends it as a crash would. Start it with <see cref="StartAgainAsync"/>; only a durable one is sure to come back.</summary>
    public Task KillAsync() => _server!.KillAsync();

    /// <summary>Starts the cluster after <see cref="KillAsync"/>, on the same port.</summary>
    public async Task StartAgainAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            if (_server is null)
                Port = FreePorts.Next();

            // A crash leaves them, and the dead process's id may look alive.
            File.Delete(Path.Combine(_folder, "postmaster.pid"));
            File.Delete(Path.Combine(_folder, $".s.PGSQL.{Port}.lock"));

            // QUIT: stops at once and takes its shared memory along.
            var server = await ChildProcess.StartAsync(
                "QUIT", User, Program("postgres"), ["-D", _folder, "-p", $"{Port}", "-h", "127.0.0.1", "-k", _folder, "-c", "max_connections=300", .. _durable ? [] : NotDurable]);
            if (await AnswersAsync(server))
            {
                _server = server;
                return;
            }

            server.Dispose();
            if (attempt == Attempts)
                throw new InvalidOperationException($"PostgreSQL does not start: {server.Output}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _server?.Dispose();

    private static string Program(string name) =>
        Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin", name)).Where(File.Exists).Order(StringComparer.Ordinal).LastOrDefault()
        ?? throw new InvalidOperationException($"PostgreSQL's {name} is not installed under /usr/lib/postgresql. Remedy: ./trackhub installs it.");

    private async Task<bool> AnswersAsync(ChildProcess server)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        var answers = false;
        await Eventually.Holds(
            async () =>
            {
                if (server.HasExited)
                    return true;

                await using var connection = await source.OpenConnectionAsync();
                return answers = true;
            },
            TimeSpan.FromSeconds(30));
        return answers;
    }
}
