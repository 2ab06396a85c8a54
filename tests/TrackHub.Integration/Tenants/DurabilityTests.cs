using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Testing;

namespace TrackHub.Integration.Tenants;

public sealed class DurabilityTests
{
    [Theory]
    [InlineData("")]
    [InlineData(";Options=-c lock_timeout=7s")]
    public async Task Commits_reach_the_disk_whatever_server_database_and_role_say(string further)
    {
        var connectionString = await (await TestMachine.PostgresAsync()).CreateDatabaseAsync();
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await using (var plain = NpgsqlDataSource.Create(connectionString + ";Pooling=false"))
        {
            await using var spoil = plain.CreateCommand($"alter database {database} set synchronous_commit = off; alter role trackhub in database {database} set synchronous_commit = off");
            await spoil.ExecuteNonQueryAsync();
            (await ShowAsync(plain, "synchronous_commit")).ShouldBe("off");
        }

        await using var host = await TestHost.CreateAsync(postgres: connectionString + further);
        var writers = host.Services.GetRequiredService<NpgsqlDataSource>();

        (await ShowAsync(writers, "synchronous_commit")).ShouldBe("on");
        (await ShowAsync(writers, "synchronous_commit")).ShouldBe("on", "a connection of the pool is reset before it is used again");
        if (further.Length > 0)
            (await ShowAsync(writers, "lock_timeout")).ShouldBe("7s");
    }

    private static async Task<string?> ShowAsync(NpgsqlDataSource source, string setting)
    {
        await using var command = source.CreateCommand("show " + setting);
        return (string?)await command.ExecuteScalarAsync();
    }
}
