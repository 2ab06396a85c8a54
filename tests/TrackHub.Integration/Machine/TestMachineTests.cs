using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;
using TrackHub.Platform.Tenants;
using TrackHub.Testing;

namespace TrackHub.Integration.Machine;

public sealed class TestMachineTests
{
    [Fact]
    public async Task A_brand_of_its_own_is_made_as_an_operator_would()
    {
        var postgres = await TestBrands.CreateDatabaseAsync();
        await using var host = await TestHost.CreateAsync(postgres: postgres);

        var brand = await TestBrands.CreateAsync(host.Services.GetRequiredService<TenantAdmin>());

        await using var source = NpgsqlDataSource.Create(postgres);
        await using var command = source.CreateCommand("select count(*) from pixels where brand_id = $1");
        command.Parameters.Add(new() { Value = brand.BrandId });
        (await command.ExecuteScalarAsync()).ShouldBe(1L);
        brand.WriteKey.ShouldStartWith($"thw_{brand.BrandId}_");
    }

    [Fact]
    public async Task A_durable_PostgreSQL_that_was_killed_comes_back_with_what_it_had()
    {
        using var server = await PostgresServer.StartAsync(durable: true);
        var postgres = await server.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(postgres);
        await using (var write = source.CreateCommand("create table kept as select 7 as number"))
            await write.ExecuteNonQueryAsync();

        await server.KillAsync();
        await server.StartAgainAsync();

        source.Clear();
        await using var read = source.CreateCommand("select number from kept");
        (await read.ExecuteScalarAsync()).ShouldBe(7);
    }

    [Fact]
    public async Task Redis_gives_each_test_a_database()
    {
        var server = await TestMachine.RedisAsync();
        using var redis = await ConnectionMultiplexer.ConnectAsync(server.Endpoint);
        var (one, two) = (redis.GetDatabase(server.NextDatabase()), redis.GetDatabase(server.NextDatabase()));

        await one.StringSetAsync("key", "value");

        ((string?)await one.StringGetAsync("key")).ShouldBe("value");
        (await two.KeyExistsAsync("key")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_child_dies_with_the_process_that_started_it()
    {
        // A shell stands for the test process: it starts a child the way ChildProcess does and is killed.
        using var parent = await ChildProcess.StartAsync(
            "KILL", user: null, "sh", "-c", "setpriv --pdeathsig KILL sleep 600 & echo child=$!; wait");
        await Eventually.Holds(() => parent.Output.Contains("child=", StringComparison.Ordinal));
        using var child = Process.GetProcessById(int.Parse(parent.Output.Split("child=")[1].Trim()));
        await Eventually.Holds(() =>
        {
            child.Refresh();   // it remembers the name it was first asked for, and setpriv becomes sleep
            return child.ProcessName == "sleep";
        });

        using (var killer = Process.Start("kill", ["-9", $"{parent.Id}"]))
            await killer.WaitForExitAsync();

        await child.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
    }
}
