using System.Diagnostics;
using System.Text.Json.Nodes;

namespace TrackHub.MetaSim.Tests.Control;

public sealed class BehaviourTests(TestSim sim) : IClassFixture<TestSim>, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        using var response = await sim.Http.DeleteAsync(new Uri("/_sim", UriKind.Relative));
        ((int)response.StatusCode).ShouldBe(204);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private async Task<int> RawAsync(string id) => (await sim.GetAsync($"/_sim/events?event_id={id}"))["raw"]!.GetValue<int>();

    [Fact]
    public async Task A_status_applies_so_many_times_and_only_to_its_event()
    {
        (await sim.BehaveAsync("""{"match":{"event_id":"a"},"status":500,"times":2}""")).Status.ShouldBe(201);

        (await sim.SendAsync(TestSim.Purchase("b"))).Status.ShouldBe(200);
        var first = await sim.SendAsync(TestSim.Purchase("b"), TestSim.Purchase("a"));
        first.Status.ShouldBe(500);
        first.Code.ShouldBe(2);
        ((bool)first.Error["is_transient"]!).ShouldBeTrue();
        (await sim.SendAsync(TestSim.Purchase("a"))).Status.ShouldBe(500);
        (await sim.SendAsync(TestSim.Purchase("a"))).Status.ShouldBe(200);
        (await RawAsync("a")).ShouldBe(1);
        var calls = (await sim.GetAsync("/_sim/calls?event_id=a"))["calls"]!.AsArray();
        calls.Select(c => (string)c!["outcome"]!).ShouldBe(["2", "2", "ok"]);
    }

    [Theory]
    [InlineData("""{"code":190,"subcode":463}""", 401, 190, 463)]
    [InlineData("""{"code":100,"subcode":33}""", 400, 100, 33)]
    [InlineData("""{"code":80004}""", 400, 80004, null)]
    [InlineData("""{"status":429}""", 429, 4, null)]
    [InlineData("""{"status":403}""", 403, 200, null)]
    [InlineData("""{"status":404}""", 404, 100, 33)]
    [InlineData("""{"code":4,"status":403,"is_transient":false,"message":"slow down"}""", 403, 4, null)]
    public async Task An_error_is_answered_as_told(string behaviour, int status, int code, int? subcode)
    {
        await sim.BehaveAsync(behaviour);

        var answer = await sim.SendAsync(TestSim.Purchase());

        (answer.Status, answer.Code, answer.Subcode).ShouldBe((status, code, subcode));
    }

    [Fact]
    public async Task A_behaviour_fits_one_dataset_and_token_and_the_newest_wins()
    {
        await sim.BehaveAsync($$$"""{"match":{"dataset":"{{{TestSim.Dataset}}}","token":"dead"},"code":190}""");
        await sim.BehaveAsync("""{"match":{"token":"dead","event_name":"Purchase"},"code":368,"times":1}""");
        var body = new JsonObject { ["data"] = new JsonArray(TestSim.Purchase()) }.ToJsonString();

        (await sim.SendBodyAsync(body, token: "alive")).Status.ShouldBe(200);
        (await sim.SendBodyAsync(body, token: "dead")).Code.ShouldBe(368);
        (await sim.SendBodyAsync(body, token: "dead")).Code.ShouldBe(190);
        (await sim.SendBodyAsync(body, "/v25.0/2/events", token: "dead")).Status.ShouldBe(200);
        var listed = (await sim.GetAsync("/_sim/behaviour")).ToJsonString();
        listed.ShouldNotContain("dead");
        listed.ShouldContain("\"left\":0");
    }

    [Fact]
    public async Task Retry_after_and_usage_headers_are_sent()
    {
        await sim.BehaveAsync("""{"status":429,"retry_after_s":5,"headers":{"x-app-usage":"{\"call_count\":100}"}}""");

        var answer = await sim.SendAsync(TestSim.Purchase());

        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        answer.Headers.GetValues("X-App-Usage").ShouldBe(["""{"call_count":100}"""]);
    }

    [Theory]
    [InlineData("before", 0)]
    [InlineData("after", 1)]
    public async Task A_dropped_connection_stores_the_events_or_not(string moment, int stored)
    {
        await sim.BehaveAsync($$"""{"drop":"{{moment}}","times":1}""");

        await Should.ThrowAsync<HttpRequestException>(() => sim.SendAsync(TestSim.Purchase("dropped")));

        (await RawAsync("dropped")).ShouldBe(stored);
        (await sim.SendAsync(TestSim.Purchase("dropped"))).Status.ShouldBe(200);
        var page = await sim.GetAsync("/_sim/events?event_id=dropped");
        ((int)page["raw"]!, (int)page["deduplicated"]!).ShouldBe((stored + 1, 1));
    }

    [Theory]
    [InlineData("""{"body":"html"}""", 502, "<!DOCTYPE html>", 0)]
    [InlineData("""{"body":"junk"}""", 200, """{"hello":""", 1)]
    [InlineData("""{"body":"empty"}""", 200, "", 1)]
    [InlineData("""{"body":"junk","store":false}""", 200, """{"hello":""", 0)]
    public async Task A_foreign_body_is_sent(string behaviour, int status, string start, int stored)
    {
        await sim.BehaveAsync(behaviour);

        var answer = await sim.SendAsync(TestSim.Purchase("foreign"));

        answer.Status.ShouldBe(status);
        answer.Text.ShouldStartWith(start);
        (await RawAsync("foreign")).ShouldBe(stored);
    }

    [Fact]
    public async Task Events_received_may_lie_and_a_redirect_stores_nothing()
    {
        await sim.BehaveAsync("""{"match":{"event_id":"zero"},"events_received":0}""");
        await sim.BehaveAsync("""{"match":{"event_id":"moved"},"redirect":"http://127.0.0.1:1/x"}""");

        ((int)(await sim.SendAsync(TestSim.Purchase("zero"))).Json["events_received"]!).ShouldBe(0);
        var moved = await sim.SendAsync(TestSim.Purchase("moved"));

        moved.Status.ShouldBe(302);
        moved.Headers.Location.ShouldBe(new Uri("http://127.0.0.1:1/x"));
        (await RawAsync("zero")).ShouldBe(0);
        (await RawAsync("moved")).ShouldBe(0);
    }

    [Fact]
    public async Task Latency_delays_the_answer()
    {
        await sim.BehaveAsync("""{"latency_ms":300}""");
        var started = Stopwatch.GetTimestamp();

        (await sim.SendAsync(TestSim.Purchase())).Status.ShouldBe(200);

        Stopwatch.GetElapsedTime(started).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(290));
    }

    [Theory]
    [InlineData("""{"drip":true}""")]
    [InlineData("""{"body":"endless"}""")]
    public async Task A_slow_or_endless_answer_does_not_keep_the_simulator_from_ending(string behaviour)
    {
        var own = new TestSim();
        await own.StartAsync();
        await own.BehaveAsync(behaviour);
        using var content = new StringContent(
            new JsonObject { ["data"] = new JsonArray(TestSim.Purchase()) }.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v25.0/{TestSim.Dataset}/events?access_token=t") { Content = content };
        using var response = await own.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        (await body.ReadAsync(new byte[1])).ShouldBe(1);

        var started = Stopwatch.GetTimestamp();
        await own.Host.DisposeAsync();

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        own.Dispose();
    }

    [Fact]
    public async Task A_gzip_bomb_is_small_on_the_wire()
    {
        await sim.BehaveAsync("""{"body":"gzip_bomb"}""");

        var answer = await sim.SendAsync(TestSim.Purchase());

        answer.Status.ShouldBe(200);
        answer.Text.Length.ShouldBeLessThan(2 * 1024 * 1024);
    }

    [Theory]
    [InlineData("""{"statsu":500}""", "Allowed: match, times")]
    [InlineData("""{"match":{"pixel":"1"},"status":500}""", "Allowed: dataset, token, event_id, event_name")]
    [InlineData("""{"status":"500"}""", "status is an integer from 200 to 599")]
    [InlineData("""{"status":200}""", "400 to 599")]
    [InlineData("""{"drop":"later"}""", "drop is one of: before, after")]
    [InlineData("""{"body":"xml"}""", "body is one of: html, junk, empty, endless, gzip_bomb")]
    [InlineData("""{"drop":"after","code":190}""", "exclude each other")]
    [InlineData("""{"headers":{"Server":"x"}}""", "Allowed: X-Business-Use-Case-Usage")]
    [InlineData("""{"redirect":"/x"}""", "absolute http or https address")]
    [InlineData("""{"times":0,"status":500}""", "times is an integer from 1 to")]
    [InlineData("""{"latency_ms":-1}""", "latency_ms is an integer from 0 to 600000")]
    [InlineData("""{"match":{}}""", "changes nothing")]
    [InlineData("""{"status":500,"status":501}""", "distinct keys")]
    [InlineData("""not json""", "one JSON object")]
    public async Task A_faulty_behaviour_is_refused_with_what_is_allowed(string behaviour, string expected)
    {
        var answer = await sim.BehaveAsync(behaviour);

        answer.Status.ShouldBe(400);
        ((string)answer.Json["detail"]!).ShouldContain(expected);
        (await sim.GetAsync("/_sim/behaviour"))["behaviours"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleting_behaviours_keeps_the_events()
    {
        await sim.SendAsync(TestSim.Purchase("kept"));
        await sim.BehaveAsync("""{"status":500}""");

        using var response = await sim.Http.DeleteAsync(new Uri("/_sim/behaviour", UriKind.Relative));

        (await sim.SendAsync(TestSim.Purchase("kept"))).Status.ShouldBe(200);
        (await RawAsync("kept")).ShouldBe(2);
    }
}
