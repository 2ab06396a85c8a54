using Npgsql;
using TrackHub.Load.Figures;
using TrackHub.Testing;

namespace TrackHub.Load.Tests.Figures;

public sealed class LoadDatabaseTests
{
    private const string Maintenance = "postgres";

    [Fact]
    public async Task What_a_killed_run_left_is_dropped_by_the_next_and_a_living_runs_is_not()
    {
        var server = await TestMachine.PostgresAsync();
        var owner = server.ConnectionString(Maintenance);
        await server.ExecuteAsync("create database load_of_somebody_else");
        await using var living = await LoadDatabase.CreateAsync(owner, default);
        var killed = await LoadDatabase.CreateAsync(owner, default);
        await KillHolderAsync(server, killed);

        string next;
        await using (var database = await LoadDatabase.CreateAsync(owner, default))
        {
            next = NameOf(database);
            (await NamesAsync(server)).ShouldBe([NameOf(living), next, "load_of_somebody_else"], ignoreOrder: true);
        }

        (await NamesAsync(server)).ShouldBe([NameOf(living), "load_of_somebody_else"], ignoreOrder: true);
    }

    // A killed process takes its sessions along, and its locks with them.
    private static async Task KillHolderAsync(PostgresServer server, LoadDatabase of)
    {
        await server.ExecuteAsync($"select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and ((classid::bigint << 32) | objid::bigint) = hashtextextended('{NameOf(of)}', 0)");
        await Eventually.Holds(async () => await CountAsync(server, $"select count(*) from pg_locks where locktype = 'advisory' and ((classid::bigint << 32) | objid::bigint) = hashtextextended('{NameOf(of)}', 0)") == 0);
    }

    private static string NameOf(LoadDatabase database) => new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;

    private static async Task<List<string>> NamesAsync(PostgresServer server)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(Maintenance));
        await using var command = source.CreateCommand("select datname from pg_database where datname like 'load\\_%'");
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync())
            names.Add(reader.GetString(0));
        return names;
    }

    private static async Task<long> CountAsync(PostgresServer server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(Maintenance));
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
