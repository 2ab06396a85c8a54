using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Tenants;

/// <summary>A migrated database of one test with all that works on it.</summary>
internal sealed class TenantDatabase : IAsyncDisposable
{
    private TenantDatabase(string connectionString, MasterKeys masters)
    {
        ConnectionString = connectionString;
        Masters = masters;
        Postgres = NpgsqlDataSource.Create(connectionString);
        DaySecrets = new(Postgres, masters, TimeProvider.System);
        Migrator = new(Postgres, masters, TimeProvider.System);
        Admin = new(Postgres, masters);
    }

    public string ConnectionString { get; }

    public MasterKeys Masters { get; }

    public NpgsqlDataSource Postgres { get; }

    public DaySecrets DaySecrets { get; }

    public Migrator Migrator { get; }

    public TenantAdmin Admin { get; }

    /// <summary>A database without any table.</summary>
    public static async Task<TenantDatabase> EmptyAsync(PostgresServer? server = null) =>
        new(await (server ?? await TestMachine.PostgresAsync()).CreateDatabaseAsync(), NewMasters());

    /// <summary>A database that somebody else made.</summary>
    public static TenantDatabase Of(string connectionString) => new(connectionString, NewMasters());

    /// <summary>A migrated database.</summary>
    public static async Task<TenantDatabase> MigratedAsync(PostgresServer? server = null)
    {
        var database = await EmptyAsync(server);
        await database.Migrator.ApplyAsync();
        return database;
    }

    public static MasterKeys NewMasters() => new(MasterKey.Parse(MasterKey.NewText()));

    /// <summary>The same database under other master keys, as a process with another configuration sees it.</summary>
    public TenantDatabase Under(MasterKeys masters) => new(ConnectionString, masters);

    /// <summary>A brand of a tenant of its own.</summary>
    public async Task<BrandRow> BrandAsync()
    {
        var tenant = await Admin.AddTenantAsync($"Conta {Guid.NewGuid():N}");
        return await Admin.AddBrandAsync(tenant.Id, "Loja", ConsentBasis.Granted);
    }

    /// <summary>A process's directory, following this database.</summary>
    public async Task<LiveDirectory> FollowAsync()
    {
        var live = new LiveDirectory(this);
        await live.Refresher.StartAsync(CancellationToken.None);
        return live;
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Postgres.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The first column of every row, as text.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var command = Postgres.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Postgres.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => Postgres.DisposeAsync();
}

/// <summary>Directory and keys of one process.</summary>
internal sealed class LiveDirectory : IAsyncDisposable
{
    public LiveDirectory(TenantDatabase database)
    {
        Directory = new(TimeProvider.System);
        Keys = new();
        Readiness = new(TimeProvider.System);
        Refresher = new(
            database.Postgres, database.Masters, Directory, Keys, Readiness, TimeProvider.System, NullLogger<DirectoryRefresher>.Instance);
    }

    public TenantDirectory Directory { get; }

    public KeyRing Keys { get; }

    public Readiness Readiness { get; }

    public DirectoryRefresher Refresher { get; }

    public async ValueTask DisposeAsync()
    {
        await Refresher.StopAsync(CancellationToken.None);
        Refresher.Dispose();
    }
}
