using System.Net;
using System.Text;
using TrackHub.Ingest.Tests.Http;

namespace TrackHub.Ingest.Tests.Hostile;

public sealed class HostileHttpTests : IAsyncLifetime
{
    private const string Body = """{"session_id":"s","url":"https://a.example.com"}""";
    private IngestServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        var response = await _server.TrackAsync("click", Body, change: static request => request.Content!.Headers.ContentType = new("application/xml"));

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_byte_order_mark_is_refused()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Body)];

        var response = await _server.TrackAsync("click", "", change: request => request.Content = new ByteArrayContent(body));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        _server.Log.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_origin_that_no_browser_sends_costs_no_answer()
    {
        using var connection = await RawConnection.OpenAsync(_server);

        // UTF-8 for a letter that a response header cannot hold.
        await connection.SendAsync(
            $"POST /track/click?k={World.BrowserKey} HTTP/1.1\r\nHost: a\r\nOrigin: https://\u00c3\u00a9\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

        var answer = (await connection.ReadAsync()).ShouldNotBeNull();
        answer.Status.ShouldBe(202);
        answer.Head.ShouldNotContain("Access-Control-Allow-Origin");
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/of-another-role")]
    [InlineData("POST", "/track/unknown")]
    [InlineData("POST", "/webhooks/unknown/path")]
    [InlineData("POST", "/webhooks/no-gateway/path")]
    public async Task What_is_not_public_is_not_there(string method, string address)
    {
        var response = await _server.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), address));

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task Health_and_readiness_are_public()
    {
        (await _server.Client.GetAsync("/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _server.Client.GetAsync("/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_server_header_is_sent() =>
        (await _server.Client.GetAsync("/health")).Headers.Server.ShouldBeEmpty();
}
