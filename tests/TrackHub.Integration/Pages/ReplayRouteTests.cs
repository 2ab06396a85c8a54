using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TrackHub.Dispatch;
using TrackHub.Integration.Dispatch;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;
using TrackHub.Testing;

namespace TrackHub.Integration.Pages;

/// <summary>Replays that a tenant orders through the console, carried out by the dispatcher.</summary>
[Collection(nameof(FastWorld))]
public sealed class ReplayRouteTests(FastWorld world) : IAsyncLifetime
{
    private const string Route = "/api/v1/replays";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private ConsoleApp _console = null!;
    private TestBrand _brand = null!;
    private Secret<string> _operator = null!;

    private TenantAdmin Admin => world.Services.GetRequiredService<TenantAdmin>();

    public async Task InitializeAsync()
    {
        _console = await ConsoleApp.StartAsync(world.Configuration, world.OwnerConnectionString);
        _brand = await world.NewBrandAsync();
        _operator = await KeyAsync(_brand, AccessRole.Operator);
    }

    public async Task DisposeAsync() => await _console.DisposeAsync();

    [Fact]
    public async Task What_meta_has_costs_no_call_and_the_replay_tells_so_and_is_on_record()
    {
        await DeliverAsync(20);
        var calls = (await world.CallsToAsync(_brand.DatasetId)).Count;

        var (status, started, location) = await StartAsync(_operator, new { brandId = _brand.BrandId, from = "0", rate = 100_000 });

        status.ShouldBe(202);
        location!.ToString().ShouldBe($"{Route}/{started.GetProperty("id").GetString()}");
        started.GetProperty("state").GetString().ShouldBe("running");
        await Eventually.Holds(async () => (await ShowAsync(location)).GetProperty("state").GetString() == "done", Patience);
        var ended = await ShowAsync(location);
        ended.GetProperty("counts").GetRawText().ShouldBe("""{"skipped_delivered":20}""");
        ended.GetProperty("read").GetInt64().ShouldBe(ended.GetProperty("records").GetInt64());
        (await world.CallsToAsync(_brand.DatasetId)).Count.ShouldBe(calls);
        (await AuditAsync(started)).ShouldBe([$"{started.GetProperty("actor").GetString()} replay.start {_brand.TenantId}", $"dispatcher replay.done {_brand.TenantId}"]);
    }

    [Fact]
    public async Task A_replay_at_work_shows_how_far_it_is_and_can_be_stopped_there()
    {
        await DeliverAsync(200);
        var (_, started, location) = await StartAsync(_operator, new { brandId = _brand.BrandId, from = "0", rate = 1 });   // 20 a second of ours

        await Eventually.Holds(async () => (await ShowAsync(location!)).GetProperty("read").GetInt64() > 0, Patience);
        var (status, stopped, _) = await _console.SendAsync(HttpMethod.Delete, location!.ToString(), _operator);

        (status, stopped.GetProperty("state").GetString()).ShouldBe((200, "cancelled"));
        stopped.GetProperty("read").GetInt64().ShouldBeInRange(1, stopped.GetProperty("records").GetInt64() - 1);
        stopped.GetProperty("partitions").EnumerateArray().ShouldContain(static part => part.GetProperty("next").GetInt64() > part.GetProperty("first").GetInt64());
        (await _console.SendAsync(HttpMethod.Delete, location.ToString(), _operator)).Body.GetRawText().ShouldBe(stopped.GetRawText());
        (await AuditAsync(started)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task While_one_is_at_work_another_of_that_range_is_refused_whoever_began_it_and_learns_nothing_of_it()
    {
        var other = await world.NewBrandAsync();
        var stranger = await KeyAsync(other, AccessRole.Admin);
        await DeliverAsync(1);
        await world.StopDispatcherAsync();   // nobody carries anything out meanwhile
        try
        {
            using var operators = world.NewHost(static builder => builder.AddReplayDesk());
            var desk = operators.Services.GetRequiredService<ReplayDesk>();
            var wish = new { brandId = _brand.BrandId, from = "0" };
            var (_, mine, location) = await StartAsync(_operator, wish);

            var again = await StartAsync(_operator, wish);
            var beside = await StartAsync(stranger, new { brandId = other.BrandId, from = "0" });
            await _console.SendAsync(HttpMethod.Delete, location!.ToString(), _operator);
            await _console.SendAsync(HttpMethod.Delete, beside.Location!.ToString(), stranger);
            var forAll = await desk.StartAsync(new(Topics.CapiDispatch.Name, new(0, null), To: null, BrandId: null), 1, "cli", default);
            var behindAll = await StartAsync(_operator, wish);
            var seen = await _console.SendAsync(HttpMethod.Get, $"{Route}/{forAll.Id}", _operator);
            await desk.CancelAsync(forAll.Id, "cli", default);

            (again.Status, again.Body.GetProperty("code").GetString()).ShouldBe((409, "replay_in_progress"));
            (behindAll.Status, behindAll.Body.GetRawText()).ShouldBe((409, again.Body.GetRawText()));
            again.Body.GetRawText().ShouldNotContain(mine.GetProperty("id").GetString()!);
            beside.Status.ShouldBe(202, "another brand's records in the same range are other records");
            seen.Status.ShouldBe(404);
        }
        finally
        {
            await world.StartDispatcherAsync();
        }
    }

    [Fact]
    public async Task A_replay_is_its_tenants_and_viewers_only_look()
    {
        var (stranger, viewer) = (await KeyAsync(await world.NewBrandAsync(), AccessRole.Admin), await KeyAsync(_brand, AccessRole.Viewer));
        await DeliverAsync(1);
        var (_, _, location) = await StartAsync(_operator, new { brandId = _brand.BrandId, from = "0" });

        (await _console.SendAsync(HttpMethod.Get, location!.ToString(), viewer)).Status.ShouldBe(200);
        (await _console.SendAsync(HttpMethod.Delete, location.ToString(), viewer)).Status.ShouldBe(403);
        (await StartAsync(viewer, new { brandId = _brand.BrandId, from = "0" })).Status.ShouldBe(403);
        (await _console.SendAsync(HttpMethod.Get, location.ToString(), stranger)).Status.ShouldBe(404);
        (await _console.SendAsync(HttpMethod.Delete, location.ToString(), stranger)).Status.ShouldBe(404);
        (await StartAsync(stranger, new { brandId = _brand.BrandId, from = "0" })).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("""{"from":"tomorrow"}""", "from is 'tomorrow': give an offset")]
    [InlineData("""{}""", "from is missing")]
    [InlineData("""{"from":"0","to":"-1"}""", "to is '-1'")]
    [InlineData("""{"from":"0","topic":"ingest-events"}""", "topic is 'ingest-events': give one of capi-dispatch, capi-dispatch-bulk")]
    [InlineData("""{"from":"0","rate":0}""", "rate is 0: give 1 to 100000")]
    [InlineData("""{"from":"9000000000"}""", "The topic has no record in that range")]
    public async Task What_cannot_be_replayed_is_named(string rest, string told)
    {
        var body = JsonSerializer.Deserialize<Dictionary<string, object>>(rest)!;
        body["brandId"] = _brand.BrandId;

        var (status, problem, _) = await StartAsync(_operator, body);

        (status, problem.GetProperty("code").GetString()).ShouldBe((400, "malformed_request"));
        problem.GetProperty("detail").GetString()!.ShouldContain(told);
    }

    private async Task DeliverAsync(int count)
    {
        var events = Enumerable.Range(0, count).Select(_ => world.Purchase(_brand)).ToList();
        await world.SendAllAsync(events);
        await Eventually.Holds(() => events.TrueForAll(e => world.Outcomes(e).Count > 0), Patience);
    }

    private async Task<Secret<string>> KeyAsync(TestBrand brand, AccessRole role) => (await Admin.AddApiKeyAsync(brand.TenantId, $"{role}", role)).Shown;

    private Task<(int Status, JsonElement Body, Uri? Location)> StartAsync(Secret<string> key, object body) => _console.SendAsync(HttpMethod.Post, Route, key, body);

    private async Task<JsonElement> ShowAsync(Uri location) => (await _console.SendAsync(HttpMethod.Get, location.ToString(), _operator)).Body;

    private async Task<List<string>> AuditAsync(JsonElement replay)
    {
        await using var command = world.Postgres.CreateCommand("select actor || ' ' || action || ' ' || (detail ->> 'tenant') from audit_log where subject = $1 order by id");
        command.Parameters.Add(new() { Value = replay.GetProperty("id").GetString()! });
        await using var reader = await command.ExecuteReaderAsync();
        var found = new List<string>();
        while (await reader.ReadAsync())
            found.Add(reader.GetString(0));
        return found;
    }
}
