using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Tests.Http;

namespace TrackHub.Ingest.Tests.Hostile;

/// <summary>
/// Bodies that mean harm: too large, compressed, too deep, ambiguous, not text. A browser is told 400; a gateway that proved itself is acknowledged and its
/// body kept; nobody gets a 500.
/// </summary>
public sealed class HostileBodyTests : IAsyncLifetime
{
    private const string Click = """{"session_id":"s","url":"https://a.example.com"}""";
    private IngestServer _server = null!;

    public static TheoryData<string, byte[]> Unreadable => new()
    {
        { "8,000 levels", Utf8(new string('[', 8_000) + new string(']', 8_000)) },
        { "33 levels", Utf8(With(Nested(33))) },
        { "a property twice", Utf8(With("1,\"x\":2")) },
        { "a property twice, once escaped", Utf8(With("1,\"\\u0078\":2")) },
        { "a property twice, deep inside", Utf8(With("[{\"y\":{\"z\":1,\"z\":2}}]")) },
        { "invalid UTF-8", [.. Utf8(With("\"")[..^1]), 0xFF, .. Utf8("\"}")] },
        { "an overlong NUL", [.. Utf8(With("\"")[..^1]), 0xC0, 0x80, .. Utf8("\"}")] },
        { "UTF-16", Encoding.Unicode.GetBytes(Click) },
        { "NUL in front", [0, .. Utf8(Click)] },
        { "NUL behind", [.. Utf8(Click), 0] },
        { "a control character in a string", Utf8(With("\"a\u0001b\"")) },
        { "half a surrogate pair as a name", Utf8(With("1,\"\\ud800\":2,\"\\ud800\":3")) },
        { "two values", Utf8(Click + Click) },
        { "a comment", Utf8(With("1/* */")) },
        { "a trailing comma", Utf8(With("1,")) },
        { "not a number", Utf8(With("NaN")) },
        { "a leading zero", Utf8(With("007")) },
        { "an array without end", Utf8(With("[" + string.Concat(Enumerable.Repeat("0,", 7_000)))) },
    };

    public async Task InitializeAsync() => _server = await IngestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_cannot_be_read_is_400_for_a_browser_and_kept_for_a_gateway_that_proved_itself(string name, byte[] body)
    {
        var track = await PostAsync($"/track/click?k={World.BrowserKey}", body);
        var batch = await PostAsync($"/track/batch?k={World.BrowserKey}", body);
        var signed = await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign(body)}", body);
        var unsigned = await PostAsync("/webhooks/kiwify/kiwify-path?signature=00", body);

        (track.StatusCode, batch.StatusCode, signed.StatusCode, unsigned.StatusCode)
            .ShouldBe((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.OK, HttpStatusCode.Unauthorized), name);
        (await IngestServer.ReadAsync(track)).GetProperty("code").GetString().ShouldBe("malformed_request");
        _server.Log.Dead.ShouldHaveSingleItem().Letter.Body.ShouldBe(body);
        _server.Log.Events.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1")]
    [InlineData("79228162514264337593543950336")]
    [InlineData("\"1\"")]
    [InlineData("[1]")]
    public async Task A_value_out_of_range_is_400(string value) =>
        (await PostAsync($"/track/click?k={World.BrowserKey}", Utf8($"{Click[..^1]},\"value\":{value},\"currency\":\"BRL\"}}"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1")]
    [InlineData("9223372036854775808")]
    [InlineData("253402300800000")]   // the year 10000
    [InlineData("\"2026-02-30T00:00:00Z\"")]
    [InlineData("true")]
    public async Task A_time_out_of_range_is_400(string time) =>
        (await PostAsync($"/track/click?k={World.BrowserKey}", Utf8($"{Click[..^1]},\"event_time\":{time}}}"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Fact]
    public async Task Thirty_two_levels_and_many_elements_are_read()
    {
        (await PostAsync($"/track/click?k={World.BrowserKey}", Utf8(With(Nested(32))))).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await PostAsync($"/track/click?k={World.BrowserKey}", Utf8(With($"[{string.Join(',', Enumerable.Repeat('0', 8_000))}]"))))
            .StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var wide = Utf8($"[{string.Join(',', Enumerable.Repeat('0', 130_000))}]");
        (await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign(wide)}", wide)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/track/click?k=" + World.BrowserKey, BodyReader.MaxSmallBody)]
    [InlineData("/track/batch?k=" + World.BrowserKey, BodyReader.MaxLargeBody)]
    [InlineData("/webhooks/kiwify/kiwify-path", BodyReader.MaxLargeBody)]
    [InlineData("/webhooks/perfectpay?c=perfectpay-path", BodyReader.MaxLargeBody)]
    [InlineData("/webhooks/kiwify/unknown", BodyReader.MaxLargeBody)]
    public async Task One_byte_too_many_is_413_whether_declared_or_not(string address, int limit)
    {
        var body = new byte[limit + 1];

        var declared = await PostAsync(address, body);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StreamContent(new MemoryStream(body)) };
        chunked.Headers.TransferEncodingChunked = true;
        var undeclared = await _server.Client.SendAsync(chunked);

        foreach (var response in new[] { declared, undeclared })
        {
            response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
            (await IngestServer.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("body_too_large");
        }

        _server.Log.Quarantined.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("identity, gzip")]
    [InlineData("x")]
    public async Task A_compressed_body_is_415_on_every_route_and_never_unfolded(string encoding)
    {
        var bomb = Bomb();
        foreach (var address in new[] { $"/track/click?k={World.BrowserKey}", $"/track/batch?k={World.BrowserKey}", $"/webhooks/kiwify/kiwify-path?signature={Sign(bomb)}" })
        {
            using var content = new ByteArrayContent(bomb);
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

            var response = await _server.Client.PostAsync(address, content);

            response.StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType, address);
            (await IngestServer.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("unsupported_media_type");
        }
    }

    [Fact]
    public async Task A_bomb_that_does_not_say_so_is_so_many_bytes_that_cannot_be_read()
    {
        var bomb = Bomb();

        (await PostAsync($"/track/click?k={World.BrowserKey}", bomb)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign(bomb)}", bomb)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _server.Log.Dead.ShouldHaveSingleItem().Letter.Reason.ShouldBe("malformed");
    }

    // A megabyte in some kilobytes.
    private static byte[] Bomb()
    {
        using var folded = new MemoryStream();
        using (var gzip = new GZipStream(folded, CompressionLevel.Fastest))
            gzip.Write(new byte[1024 * 1024]);
        return folded.ToArray();
    }

    private static string Nested(int levels) => new string('[', levels - 1) + new string(']', levels - 1);   // one level is the event's own

    private static string With(string value) => $"{Click[..^1]},\"x\":{value}}}";

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private Task<HttpResponseMessage> PostAsync(string address, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        return _server.Client.PostAsync(address, content);
    }

#pragma warning disable CA5350 // The gateway's protocol.
    private static string Sign(byte[] body) => Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(World.KiwifyToken), body));
#pragma warning restore CA5350
}
