using System.Net;

namespace TrackHub.Ingest.Tests.Http;

public sealed class TrackBatchHttpTests : IAsyncLifetime
{
    private const string Click = """{"event_id":"evt-0000000000000001","session_id":"s-1","url":"https://shop.example.com/a?utm_source=FB&fbclid=IwAR_x-1&email=a@example.com#f"}""";
    private IngestServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("""{"events":[EVENTS]}""")]
    [InlineData("[EVENTS]")]
    public async Task A_batch_is_answered_event_by_event(string envelope)
    {
        var events = $$"""{"kind":"click",{{Click[1..]}},{"kind":"pageview","session_id":"s"},{"kind":"nothing"},7,{"email":"a@example.com","kind":"identify"}""";

        var response = await _server.TrackAsync("batch", envelope.Replace("EVENTS", events, StringComparison.Ordinal));

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var results = (await IngestServer.ReadAsync(response)).GetProperty("results").EnumerateArray().ToList();
        results.Select(static result => result.GetProperty("status").GetInt32()).ShouldBe([202, 400, 400, 400, 202]);
        results[0].GetProperty("event_id").GetString().ShouldBe("evt-0000000000000001");
        results[1].GetProperty("detail").GetString()!.ShouldContain("url");
        results[2].GetProperty("detail").GetString()!.ShouldContain("kind");
        _server.Log.Events.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_batch_of_which_nothing_could_be_stored_is_to_be_sent_again_whatever_is_wrong_with_its_first_event()
    {
        _server.Log.IsAway = true;

        var response = await _server.TrackAsync("batch", $$"""[{"kind":"nothing"},{"kind":"click",{{Click[1..]}}]""");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        var results = (await IngestServer.ReadAsync(response)).GetProperty("results").EnumerateArray();
        results.Select(static result => result.GetProperty("status").GetInt32()).ShouldBe([400, 503]);
    }

    [Fact]
    public async Task Half_an_emoji_spoils_its_own_event_alone()
    {
        var response = await _server.TrackAsync("batch", $$$"""
            [{"kind":"click",{{{Click[1..]}}},
             {"kind":"click","session_id":"s","url":"https://a.example.com","product":"\ud83d"},
             {"kind":"click","session_id":"s","url":"https://a.example.com","event_time":"\ud83d"},
             {"kind":"click","session_id":"s","url":"https://a.example.com","utm":{"source":"\ud83d","medium":"cpc"}}]
            """);

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var results = (await IngestServer.ReadAsync(response)).GetProperty("results").EnumerateArray();
        results.Select(static result => result.GetProperty("status").GetInt32()).ShouldBe([202, 400, 400, 202]);
        var traits = _server.Log.Events.Last().Record.Traits;
        (traits.UtmSource, traits.UtmMedium).ShouldBe((null, "cpc"));
    }

    [Theory]
    [InlineData("""{"events":[]}""")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"events":7}""")]
    [InlineData("""{"events":[],"events":[]}""")]
    [InlineData("""[{"kind":"click"},""")]
    public async Task A_batch_that_is_none_is_refused(string body) =>
        (await _server.TrackAsync("batch", body)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_batch_holds_a_hundred_events_and_no_more()
    {
        var one = $$"""{"kind":"click","session_id":"s","url":"https://a.example.com/"}""";

        (await _server.TrackAsync("batch", $"[{string.Join(',', Enumerable.Repeat(one, 100))}]")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await _server.TrackAsync("batch", $"[{string.Join(',', Enumerable.Repeat(one, 101))}]")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _server.Log.Events.Count.ShouldBe(100);
    }
}
