using System.Globalization;
using Npgsql;
using TrackHub.Cli;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Figures;

/// <summary>A database of this run alone on the running system's PostgreSQL server, dropped when done; if the run is killed, by the next one.</summary>
/// <remarks>A run holds its database's name by an advisory lock, which ends with its session: a database whose name nobody holds is left over.</remarks>
internal sealed class LoadDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnection _holder;
    private readonly string _name;

    private LoadDatabase(NpgsqlConnection holder, string name, string connectionString) => (_holder, _name, ConnectionString) = (holder, name, connectionString);

    /// <summary>Connection string of the database for the owner of its tables, who is a member of the writer's role as well.</summary>
    public string ConnectionString { get; }

    /// <summary>Makes an empty one, and drops those of runs that were killed.</summary>
    /// <param name="owner">Connection string of the running system's database, as its owner.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">The owner may not make databases.</exception>
    public static async Task<LoadDatabase> CreateAsync(string owner, CancellationToken cancellationToken)
    {
        var name = $"load_{Guid.NewGuid():N}";
        var holder = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(owner) { Pooling = false }.ConnectionString);
        try
        {
            await holder.OpenAsync(cancellationToken);
            await DropLeftoversAsync(holder, cancellationToken);
            await TryHoldAsync(holder, name, cancellationToken);
            await ExecuteAsync(holder, $"create database {name}", cancellationToken);
            return new(holder, name, new NpgsqlConnectionStringBuilder(owner) { Database = name }.ConnectionString);
        }
        catch (Exception failure)
        {
            await holder.DisposeAsync();
            if (failure is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege })
                throw new CommandException("The owner of the tables may not make a database of this run: as an administrator of the server, alter role … createdb.");
            throw;
        }
    }

    /// <summary>CPU time in seconds that the sessions of a database have cost so far; 0 where PostgreSQL runs on another machine.</summary>
    public static async Task<double> CpuSecondsAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend'");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var seconds = 0d;
        while (await reader.ReadAsync(cancellationToken))
        {
            var process = reader.GetInt32(0);
            if (IsPostgres(process))
                seconds += new ProcessMeter(process).CpuSeconds;
        }

        return seconds;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ExecuteAsync(_holder, $"drop database if exists {_name} with (force)", default);
        await _holder.DisposeAsync();
    }

    private static async Task DropLeftoversAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await using (var command = new NpgsqlCommand("select datname from pg_database where datname ~ '^load_[0-9a-f]{32}$' and pg_get_userbyid(datdba) = current_user", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                names.Add(reader.GetString(0));
        }

        foreach (var name in names)
        {
            if (await TryHoldAsync(connection, name, cancellationToken))
                await ExecuteAsync(connection, $"drop database if exists {name} with (force)", cancellationToken);
        }
    }

    // A name that is held stays so: it is this run's, or of a database that is gone.
    private static async Task<bool> TryHoldAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtextextended($1, 0))", connection) { Parameters = { new() { Value = name } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private static bool IsPostgres(int process)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/comm");
        return File.Exists(name) && File.ReadAllText(name).StartsWith("postgres", StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
