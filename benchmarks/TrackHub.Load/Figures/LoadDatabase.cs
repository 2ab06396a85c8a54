using System.Globalization;
using Npgsql;
using TrackHub.Cli;
using TrackHub.Load.Setup;

namespace TrackHub.Load.Figures;

/// <summary>A database of this run alone on the running system's PostgreSQL server, dropped when done.</summary>
internal sealed class LoadDatabase : IAsyncDisposable
{
    private readonly string _owner;
    private readonly string _name;

    private LoadDatabase(string owner, string name, string connectionString) => (_owner, _name, ConnectionString) = (owner, name, connectionString);

    /// <summary>Connection string of the database for the owner of its tables, who is a member of the writer's role as well.</summary>
    public string ConnectionString { get; }

    /// <summary>Makes an empty one.</summary>
    /// <param name="owner">Connection string of the running system's database, as its owner.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandException">The owner may not make databases.</exception>
    public static async Task<LoadDatabase> CreateAsync(string owner, CancellationToken cancellationToken)
    {
        var name = $"load_{Guid.NewGuid():N}";
        try
        {
            await ExecuteAsync(owner, $"create database {name}", cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new CommandException("The owner of the tables may not make a database of this run: as an administrator of the server, alter role … createdb.");
        }

        return new(owner, name, new NpgsqlConnectionStringBuilder(owner) { Database = name }.ConnectionString);
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
    public async ValueTask DisposeAsync() => await ExecuteAsync(_owner, $"drop database if exists {_name} with (force)", default);

    private static bool IsPostgres(int process)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/comm");
        return File.Exists(name) && File.ReadAllText(name).StartsWith("postgres", StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(string owner, string sql, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(owner);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
