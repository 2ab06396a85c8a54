using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Dispatch.Redriving;
using TrackHub.Integration.Dispatch;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Pages;

/// <summary>Dead letters that a tenant puts back through the console, by the dispatcher's hand.</summary>
[Collection(nameof(FastWorld))]
public sealed class RedriveRouteTests(FastWorld world) : IAsyncLifetime
{
    private const string Route = "/api/v1/dead-letters/redrive";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private ConsoleApp _console = null!;
    private TestBrand _brand = null!;
    private Secret<string> _operator = null!;

    public async Task InitializeAsync()
    {
        _console = await ConsoleApp.StartAsync(world.Configuration, world.OwnerConnectionString);
        _brand = await world.NewBrandAsync();
        _operator = await KeyAsync(_brand, AccessRole.Operator);
    }

    public async Task DisposeAsync() => await _console.DisposeAsync();

    [Fact]
    public async Task A_dry_run_tells_what_would_come_of_it_and_the_redrive_sends_each_event_once()
    {
        var bad = await DeadAsync();

        var trial = await DoneAsync(await OrderAsync(new { brandId = _brand.BrandId, reason = "meta_error", role = "dispatcher", dryRun = true }), expected: 202);
        (await world.RegistryAsync<string>(bad, "state")).ShouldBe("dead");
        var (_, ordered, location) = await OrderAsync(new { brandId = _brand.BrandId });
        var redrive = await DoneAsync((202, ordered, location), expected: 202);
        await Eventually.Holds(async () => await world.RegistryAsync<string>(bad, "state") == "delivered", Patience);
        var again = await DoneAsync(await OrderAsync(new { brandId = _brand.BrandId }), expected: 202);

        trial.GetProperty("dryRun").GetBoolean().ShouldBeTrue();
        redrive.GetProperty("counts").GetRawText().ShouldBe($$"""{"{{ReplayVerdict.Send}}":1}""");
        redrive.GetProperty("letters").GetInt64().ShouldBe(1);
        again.GetProperty("counts").GetRawText().ShouldBe($$"""{"{{LetterRedrive.Already}}":1}""");
        (await world.ArrivedAsync(bad)).ShouldBe((1, 1));
        (await AuditAsync(redrive)).ShouldBe([$"{redrive.GetProperty("actor").GetString()} dead_letters.redrive {_brand.TenantId}", $"dispatcher dead_letters.redriven {_brand.TenantId}"]);
    }

    [Fact]
    public async Task Letters_are_their_tenants_and_viewers_only_look()
    {
        var bad = await DeadAsync();
        var (stranger, viewer) = (await KeyAsync(await world.NewBrandAsync(), AccessRole.Admin), await KeyAsync(_brand, AccessRole.Viewer));

        (await _console.SendAsync(HttpMethod.Post, Route, stranger, new { brandId = _brand.BrandId })).Status.ShouldBe(404);
        (await _console.SendAsync(HttpMethod.Post, Route, viewer, new { brandId = _brand.BrandId })).Status.ShouldBe(403);
        var (_, _, location) = await OrderAsync(new { brandId = _brand.BrandId, dryRun = true });
        (await _console.SendAsync(HttpMethod.Get, location!.ToString(), viewer)).Status.ShouldBe(200);
        (await _console.SendAsync(HttpMethod.Get, location.ToString(), stranger)).Status.ShouldBe(404);

        // Another tenant's redrive that names this letter by its id does not find it.
        var foreign = await world.NewBrandAsync();
        var key = await KeyAsync(foreign, AccessRole.Operator);
        var id = world.Seen<DeadLetter>(Topics.DeadLetters).First(seen => seen.Value.EventId == bad.EventId).Value.DeadLetterId;
        var order = await _console.SendAsync(HttpMethod.Post, Route, key, new { brandId = foreign.BrandId, ids = new[] { id } });
        await Eventually.Holds(async () => (await _console.SendAsync(HttpMethod.Get, order.Location!.ToString(), key)).Body.GetProperty("state").GetString() == "done", Patience);
        (await _console.SendAsync(HttpMethod.Get, order.Location!.ToString(), key)).Body.GetProperty("letters").GetInt64().ShouldBe(0);
        (await world.RegistryAsync<string>(bad, "state")).ShouldBe("dead");
    }

    [Theory]
    [InlineData("""{"role":"cook"}""", "role is 'cook': give one of ingress, matcher, dispatcher, ledger, metrics.")]
    [InlineData("""{"from":"17"}""", "from is '17': an offset is no time")]
    [InlineData("""{"to":"soon"}""", "to is 'soon': give")]
    [InlineData("""{"rate":100001}""", "rate is 100001: give 1 to 100000")]
    [InlineData("""{"ids":[]}""", "ids is empty")]
    public async Task What_cannot_be_put_back_is_named(string rest, string told)
    {
        var body = JsonSerializer.Deserialize<Dictionary<string, object>>(rest)!;
        body["brandId"] = _brand.BrandId;

        var (status, problem, _) = await OrderAsync(body);

        (status, problem.GetProperty("code").GetString()).ShouldBe((400, "malformed_request"));
        problem.GetProperty("detail").GetString()!.ShouldContain(told);
    }

    /// <summary>An event that Meta refused for good once and takes now; its letter is in the table, as the ledger writes it.</summary>
    private async Task<DispatchReady> DeadAsync()
    {
        var bad = world.Purchase(_brand);
        await world.BehaveAsync(new { match = new { event_id = bad.EventId }, code = 100, subcode = 2804019 });
        await world.SendAsync(bad);
        await Eventually.Holds(() => world.Seen<DeadLetter>(Topics.DeadLetters).Any(seen => seen.Value.EventId == bad.EventId), Patience);
        await world.BehaveAsync(new { match = new { event_id = bad.EventId }, latency_ms = 1 });
        var (record, letter) = world.Seen<DeadLetter>(Topics.DeadLetters).First(seen => seen.Value.EventId == bad.EventId);
        await world.ExecuteAsync(
            """
            insert into dead_letters (dead_letter_id, at, stage, reason, detail, brand_id, event_id, topic, partition, "offset")
            values ($1, now() - interval '1 minute', $2, 'meta_error', '', $3, $4, 'dead-letters', $5, $6)
            """,
            letter.DeadLetterId, letter.Stage, _brand.BrandId, bad.EventId, record.Coordinates.Partition, record.Coordinates.Offset);
        return bad;
    }

    private async Task<Secret<string>> KeyAsync(TestBrand brand, AccessRole role) => (await world.Services.GetRequiredService<TenantAdmin>().AddApiKeyAsync(brand.TenantId, $"{role}", role)).Shown;

    private Task<(int Status, JsonElement Body, Uri? Location)> OrderAsync(object body) => _console.SendAsync(HttpMethod.Post, Route, _operator, body);

    private async Task<JsonElement> DoneAsync((int Status, JsonElement Body, Uri? Location) order, int expected)
    {
        order.Status.ShouldBe(expected, order.Body.ToString());
        JsonElement shown = default;
        await Eventually.Holds(
            async () =>
            {
                shown = (await _console.SendAsync(HttpMethod.Get, order.Location!.ToString(), _operator)).Body;
                return shown.GetProperty("state").GetString() == "done";
            },
            Patience);
        return shown;
    }

    private async Task<List<string>> AuditAsync(JsonElement redrive)
    {
        await using var command = world.Postgres.CreateCommand("select actor || ' ' || action || ' ' || (detail ->> 'tenant') from audit_log where subject = $1 order by id");
        command.Parameters.Add(new() { Value = redrive.GetProperty("id").GetString()! });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        return found;
    }
}
