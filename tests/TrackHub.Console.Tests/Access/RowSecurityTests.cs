using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Database;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.ConsoleTests.Access;

/// <summary>The second fence: what the console's own transactions see, whatever a query asks for.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class RowSecurityTests(ConsoleFixture console)
{
    private TenantDatabase Database => console.Host.Services.GetRequiredService<TenantDatabase>();

    [Fact]
    public async Task A_query_that_forgets_to_ask_for_a_tenant_sees_the_callers_alone()
    {
        var (one, other) = (await TestBrands.CreateAsync(console.Host.Admin), await TestBrands.CreateAsync(console.Host.Admin));

        (await NamesAsync(one.TenantId)).ShouldBe([one.BrandId]);
        (await NamesAsync(other.TenantId)).ShouldBe([other.BrandId]);
        (await NamesAsync("nobody")).ShouldBeEmpty();
        (await NamesAsync("")).ShouldBeEmpty();
        (await NamesAsync("' or true --")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_connection_just_used_carries_nothing_over()
    {
        var brand = await TestBrands.CreateAsync(console.Host.Admin);
        await NamesAsync(brand.TenantId);
        await using var connection = await console.Host.Services.GetRequiredService<ConsoleConnections>().Source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("select count(*) from brands", connection);

        (await command.ExecuteScalarAsync()).ShouldBe(0L);
    }

    [Fact]
    public async Task A_login_that_may_do_more_does_no_more_inside_a_tenants_transaction()
    {
        var (one, other) = (await TestBrands.CreateAsync(console.Host.Admin), await TestBrands.CreateAsync(console.Host.Admin));
        await using var connections = new ConsoleConnections(NpgsqlDataSource.Create(console.Host.Owner.ConnectionString));   // the owner, a superuser

        (await NamesAsync(one.TenantId, new(connections))).ShouldBe([one.BrandId]);
        var refused = await Should.ThrowAsync<PostgresException>(() => new TenantDatabase(connections).RunAsync(
            CallerOf(one.TenantId),
            async connection =>
            {
                await using var command = new NpgsqlCommand($"update brands set tenant_id = '{one.TenantId}' where id = '{other.BrandId}'", connection);
                return await command.ExecuteNonQueryAsync();
            },
            CancellationToken.None));
        refused.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Theory]
    [InlineData("select * from users")]
    [InlineData("select * from sessions")]
    [InlineData("select * from api_keys")]
    [InlineData("select * from audit_log")]
    public async Task Nobody_reads_who_may_come_in(string sql)
    {
        var refused = await Should.ThrowAsync<PostgresException>(() => QueryAsync("any", sql, Database));

        refused.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    private static Caller CallerOf(string tenant) => new(tenant, "user:test", AccessRole.Admin);

    private Task<List<string>> NamesAsync(string tenant, TenantDatabase? database = null) => QueryAsync(tenant, "select id from brands", database ?? Database);

    private static Task<List<string>> QueryAsync(string tenant, string sql, TenantDatabase database) => database.RunAsync(
        CallerOf(tenant),
        async connection =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var ids = new List<string>();
            while (await reader.ReadAsync())
                ids.Add(reader.GetString(0));
            return ids;
        },
        CancellationToken.None);
}
