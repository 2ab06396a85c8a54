using System.Net;
using System.Net.Sockets;
using System.Text;
using TrackHub.Ingest.Tests.Http;

namespace TrackHub.Ingest.Tests.Hostile;

public sealed class HostileHttpTests : IAsyncLifetime
{
    private const string Body = """{"session_id":"s","url":"https://a.example.com"}""";
    private IngestServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestServer.StartAsync(
        ("Ingest:HeadersTimeout", "00:00:01"), ("Ingest:BodyRateGrace", "00:00:01.5"), ("Ingest:MinBodyBytesPerSecond", "10000"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        var response = await _server.TrackAsync("click", Body, change: static request => request.Content!.Headers.ContentEncoding.Add("gzip"));

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        var response = await _server.TrackAsync("click", Body, change: static request => request.Content!.Headers.ContentType = new("application/xml"));

        response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_byte_order_mark_bad_bytes_and_deep_nesting_are_refused()
    {
        foreach (var body in new byte[][]
        {
            [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Body)],
            [.. Encoding.UTF8.GetBytes(Body[..^1]), .. ",\"x\":\""u8, 0xFF, .. "\"}"u8],
            Encoding.UTF8.GetBytes($"{Body[..^1]},\"x\":{new string('[', 5_000)}{new string(']', 5_000)}}}"),
        })
        {
            var response = await _server.TrackAsync("click", "", change: request => request.Content = new ByteArrayContent(body));

            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }

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

    [Fact]
    public async Task Slow_headers_end_the_connection()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Address.Host, _server.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("POST /track/click HTTP/1.1\r\nHo"u8.ToArray());

        var answer = await new StreamReader(stream).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));

        answer.ShouldStartWith("HTTP/1.1 408");
    }

    [Fact]
    public async Task A_dripping_body_ends_the_request()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Address.Host, _server.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /track/click?k={World.BrowserKey} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{{"));

        var answer = await new StreamReader(stream).ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10));

        answer.ShouldStartWith("HTTP/1.1 408");
        _server.Log.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_breaks_off_leaves_no_record_and_a_working_server()
    {
        for (var i = 0; i < 50; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(_server.Address.Host, _server.Address.Port);
            await client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes($"POST /track/click?k={World.BrowserKey} HTTP/1.1\r\nHost: a\r\nContent-Length: {Body.Length}\r\n\r\n{Body[..10]}"));
            client.LingerState = new(enable: true, seconds: 0);
        }

        (await _server.TrackAsync("click", Body)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        _server.Log.Events.Count.ShouldBe(1);
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
