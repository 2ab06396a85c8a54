using System.Net;
using TrackHub.Ingest.Scripts;

namespace TrackHub.Ingest.Tests.Http;

public sealed class ScriptHttpTests : IAsyncLifetime
{
    private IngestServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_current_tracker_is_kept_for_an_hour_and_its_version_for_ever()
    {
        var current = await GetAsync("/t.js");
        var version = await GetAsync(TrackerScript.Current.Path);

        foreach (var answer in new[] { current, version })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Content.Headers.ContentType!.ToString().ShouldBe("text/javascript; charset=utf-8");
            answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["*"]);
            answer.Headers.GetValues("Cross-Origin-Resource-Policy").ShouldBe(["cross-origin"]);
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.Vary.ShouldBe(["Accept-Encoding"]);
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(TrackerScript.Current.Plain);
        }

        current.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromHours(1));
        version.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromDays(365));
        version.Headers.CacheControl.Extensions.Select(static extension => extension.Name).ShouldContain("immutable");
    }

    [Theory]
    [InlineData("gzip, deflate, br", true)]
    [InlineData("GZIP;q=0.5", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("br", false)]
    public async Task It_is_compressed_for_those_who_take_it(string accepted, bool compressed)
    {
        var answer = await GetAsync("/t.js", ("Accept-Encoding", accepted));

        answer.Content.Headers.ContentEncoding.ShouldBe(compressed ? ["gzip"] : []);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(compressed ? TrackerScript.Current.Compressed : TrackerScript.Current.Plain);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("identity")]
    public async Task Who_has_it_is_not_sent_it_again(string accepted)
    {
        var first = await GetAsync("/t.js", ("Accept-Encoding", accepted));

        var again = await GetAsync("/t.js", ("Accept-Encoding", accepted), ("If-None-Match", first.Headers.ETag!.ToString()));
        var other = await GetAsync("/t.js", ("Accept-Encoding", accepted), ("If-None-Match", "\"0000000000000000\""));

        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        again.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromHours(1));
        (await again.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Head_tells_what_get_would()
    {
        var answer = await _server.Client.SendAsync(new(HttpMethod.Head, "/t.js"));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentLength.ShouldBe(TrackerScript.Current.Plain.Length);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/t.0000000000000000.js")]
    [InlineData("/t.x.js")]
    [InlineData("/T.mjs")]
    public async Task Another_version_is_not_found(string path) => (await GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    private Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return _server.Client.SendAsync(request);
    }
}
