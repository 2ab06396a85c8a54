using System.Net;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Tests.Http;

public sealed class RateLimitTests : IAsyncLifetime
{
    private const string Rest = """
        "session_id":"s-1","url":"https://shop.example.com/"}
        """;
    private const string Click = "{" + Rest;
    private IngestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await IngestServer.StartAsync();
        var limited = World.Brand with { Settings = BrandSettings.Default with { TrackPerSecond = 1, TrackBurst = 3 } };
        _server.World.Directory.Publish(DirectorySnapshot.Of(
            [limited], keys: [KeyValuePair.Create(World.BrowserKey, new WriteKey("key_browser", limited.Id, IsServer: false, []))]));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Beyond_its_burst_a_brand_is_told_to_come_back()
    {
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 30; i++)   // far more than the bucket gains meanwhile
            answers.Add(await _server.TrackAsync("click", Click));

        answers.Take(3).ShouldAllBe(static answer => answer.StatusCode == HttpStatusCode.Accepted);
        var refused = answers.Last(static answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        (await IngestServer.ReadAsync(refused)).GetProperty("code").GetString().ShouldBe("rate_limited");
        _server.Log.Events.Count.ShouldBe(answers.Count(static answer => answer.StatusCode == HttpStatusCode.Accepted));
    }

    [Fact]
    public async Task A_batch_takes_as_many_as_it_holds()
    {
        const string batch = $$"""[{"kind":"click",{{Rest}},{"kind":"click",{{Rest}},{"kind":"click",{{Rest}}]""";

        var first = await _server.TrackAsync("batch", batch);
        var second = await _server.TrackAsync("batch", batch);

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        _server.Log.Events.Count.ShouldBe(3);
    }
}
