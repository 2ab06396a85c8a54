using Npgsql;
using TrackHub.Testing;

namespace TrackHub.Cli.Tests.Bookkeeping;

public sealed class BooksCommandTests : IAsyncLifetime
{
    private const string Lost = "019a0000-0000-7000-8000-000000000001";
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private string _postgres = "";

    public async Task InitializeAsync()
    {
        _postgres = await TestBrands.CreateDatabaseAsync();
        await ExecuteAsync("insert into book_minutes (minute, brand_id, accepted, delivered) values ('2026-11-22 12:04Z', 'loja', 3, 3), ('2026-11-22 12:05Z', 'outra', 1, 1)");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Books_that_balance_end_with_0_and_say_so()
    {
        (await CallAsync("books")).ShouldBe(0, _error.ToString());

        var lines = Lines();
        lines.ShouldContain(static line => line.Contains("loja", StringComparison.Ordinal) && line.Contains('3'));
        lines[^1].ShouldBe("balanced");
    }

    [Fact]
    public async Task What_is_unaccounted_for_ends_with_1_and_is_named_with_its_remedy()
    {
        await ExecuteAsync(
            $$"""insert into book_entries (ingest_id, destination, ingested_at, brand_id, carriers) values ('{{Lost}}', 'px_one', '2026-11-22 12:04:10Z', 'loja', '{"capi-dispatch/3": 17}')""");

        (await CallAsync("books")).ShouldBe(1);
        Lines()[^1].ShouldBe("1 unaccounted since 2026-11-22 12:04Z");
        _error.ToString().ShouldContain($"ingest id {Lost}, for px_one, last seen at capi-dispatch/3/17");
        _error.ToString().ShouldContain("Remedy: `trackhub explain`");

        _output.GetStringBuilder().Clear();
        (await CallAsync("books", "--minutes", "--json")).ShouldBe(1);
        Lines().ShouldHaveSingleItem().ShouldBe($$"""{"brand":"loja","minute":"2026-11-22T12:04:00+00:00","unaccounted":1,"ingest_ids":["{{Lost}}"]}""");

        (await CallAsync("books", "--from", "2026-11-22T12:05:00Z")).ShouldBe(0, "the minute before is not asked for");
    }

    private string[] Lines() => _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private async Task ExecuteAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(_postgres);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<int> CallAsync(params string[] arguments)
    {
        var kafka = await TestMachine.KafkaAsync();
        return await TrackHubCommand.InvokeAsync(
            [
                .. arguments, "--data", TestFolder.Next("books"), $"--Kafka:BootstrapServers={kafka.BootstrapServers}", $"--SchemaRegistry:Url={kafka.Registry}",
                $"--Postgres:ConnectionString={_postgres}", $"--Secrets:MasterKey={TestBrands.MasterKey}",
            ],
            _output, _error);
    }
}
