using System.Text.Json;
using Npgsql;
using TrackHub.Testing;

namespace TrackHub.Cli.Tests.Coaching;

public sealed class QualityCommandTests : IAsyncLifetime
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private string _postgres = "";

    public async Task InitializeAsync()
    {
        _postgres = await TestBrands.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(_postgres);
        await using var command = database.CreateCommand("""
            insert into tenants (id, name, window_key_sealed) values ('ten_a', 'Conta', '');
            insert into brands (id, tenant_id, name, index_key_sealed) values ('brandbrand01', 'ten_a', 'loja', ''), ('brandbrand02', 'ten_a', 'outra', '');
            insert into quality_days (brand_id, day, event_name, key, events, green, score_tenths) values
                ('brandbrand01', '2026-03-01', 'Purchase', '', 10, 4, 599), ('brandbrand01', '2026-03-01', 'Purchase', 'em', 10, 4, 599),
                ('brandbrand01', '2026-03-01', 'Purchase', 'ph', 4, 4, 300), ('brandbrand01', '2026-03-01', 'Purchase', 'fbc', 5, 4, 320),
                ('brandbrand01', '2026-03-02', 'Purchase', '', 10, 10, 600), ('brandbrand01', '2026-03-02', 'Purchase', 'em', 10, 10, 600),
                ('brandbrand01', '2026-03-02', 'Purchase', 'ph', 10, 10, 600), ('brandbrand01', '2026-03-02', 'Purchase', 'fbc', 10, 10, 600),
                ('brandbrand02', '2026-03-02', 'Purchase', '', 1, 1, 100);
            """);
        await command.ExecuteNonQueryAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Days_are_shown_with_band_and_with_what_each_missing_key_would_add()
    {
        (await CallAsync("--brand", "loja", "--from", "2026-03-01T12:00:00Z")).ShouldBe(0, _error.ToString());

        var lines = Lines();
        lines.ShouldContain(static line => Cells(line) == "2026-03-01 Purchase 10 5.9 OK 40 % fbc +1.0, ph +0.9, fbp +0.8, client_ip_address +0.8", _output.ToString());
        lines.ShouldContain(static line => Cells(line).StartsWith("2026-03-02 Purchase 10 6.0 Good 100 % fbp +0.8", StringComparison.Ordinal));
        // Over both days half of ten missed the phone's and the click id's weights.
        lines.ShouldContain(static line => Cells(line).StartsWith("fbc 2 25 % +0.50 Meta's click id", StringComparison.Ordinal));
        lines.ShouldContain(static line => Cells(line).StartsWith("ph 1.5 30 % +0.45 phone", StringComparison.Ordinal));
        lines.ShouldNotContain(static line => Cells(line).StartsWith("em ", StringComparison.Ordinal), "every event has it");
        lines[^1].ShouldBe("Poor below 4, OK below 6, Good below 8, Great from 8; 6 and more is green.");
    }

    [Fact]
    public async Task Programs_get_a_line_a_day_with_every_key_that_is_missing()
    {
        (await CallAsync("--brand", "brandbrand01", "--from", "2026-03-02", "--json")).ShouldBe(0, _error.ToString());

        using var line = JsonDocument.Parse(Lines().ShouldHaveSingleItem());
        line.RootElement.GetProperty("brand").GetString().ShouldBe("brandbrand01");
        line.RootElement.GetProperty("day").GetString().ShouldBe("2026-03-02");
        line.RootElement.GetProperty("event").GetString().ShouldBe("Purchase");
        (line.RootElement.GetProperty("events").GetInt64(), line.RootElement.GetProperty("green_events").GetInt64()).ShouldBe((10, 10));
        (line.RootElement.GetProperty("score").GetDouble(), line.RootElement.GetProperty("band").GetString(), line.RootElement.GetProperty("is_green").GetBoolean())
            .ShouldBe((6.0, "Good", true));
        line.RootElement.GetProperty("would_add").GetRawText()
            .ShouldBe("""{"fbp":0.8,"client_ip_address":0.8,"external_id":0.7,"client_user_agent":0.4,"country":0.3,"fn":0.2,"ln":0.2,"db":0.2,"zp":0.15,"ct":0.1,"st":0.1,"ge":0.05}""");
    }

    [Fact]
    public async Task A_brand_without_purchases_is_told_so()
    {
        (await CallAsync("--brand", "outra")).ShouldBe(0);
        _error.ToString().ShouldContain("Nothing of outra for Meta since ");
        (await CallAsync("--brand", "outra", "--from", "17")).ShouldBe(2);
    }

    private static string Cells(string line) => string.Join(' ', line.Split('│', ' ').Where(static part => part.Length > 0));

    private string[] Lines() => _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private Task<int> CallAsync(params string[] arguments) => TrackHubCommand.InvokeAsync(
        ["quality", .. arguments, "--data", TestFolder.Next("quality"), $"--Postgres:ConnectionString={_postgres}", $"--Secrets:MasterKey={TestBrands.MasterKey}"], _output, _error);
}
