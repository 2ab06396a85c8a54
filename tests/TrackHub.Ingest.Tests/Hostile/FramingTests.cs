using System.Globalization;
using TrackHub.Ingest.Tests.Http;

namespace TrackHub.Ingest.Tests.Hostile;

/// <summary>
/// Where one request ends and the next begins must not be a matter of opinion: what is ambiguous or malformed is refused and its connection closed, so
/// that nothing behind it is ever taken for a request.
/// </summary>
public sealed class FramingTests : IAsyncLifetime
{
    private const string Body = """{"session_id":"s","url":"https://a.example.com"}""";
    private const string Start = $"POST /track/click?k={World.BrowserKey} HTTP/1.1\r\nHost: a\r\n";
    private static readonly string Length = $"Content-Length: {Body.Length}\r\n";
    private static readonly string Sound = $"{Start}{Length}\r\n{Body}";
    private static readonly string Size = Body.Length.ToString("x", CultureInfo.InvariantCulture);
    private static readonly string Chunks = $"{Size}\r\n{Body}\r\n0\r\n\r\n";
    private IngestServer _server = null!;

    public static TheoryData<string, string> Ambiguous => new()
    {
        { "length, then chunks", $"{Start}{Length}Transfer-Encoding: chunked\r\n\r\n{Chunks}" },
        { "chunks, then length", $"{Start}Transfer-Encoding: chunked\r\n{Length}\r\n{Chunks}" },
        { "length, then no chunks", $"{Start}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
        { "chunked twice", $"{Start}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n{Chunks}" },
        { "chunked in chunked", $"{Start}Transfer-Encoding: chunked, chunked\r\n\r\n{Chunks}" },
        { "compressed chunks", $"{Start}Transfer-Encoding: gzip, chunked\r\n\r\n{Chunks}" },
        { "chunks, then something else", $"{Start}Transfer-Encoding: chunked, identity\r\n\r\n{Chunks}" },
        { "no chunks by name", $"{Start}Transfer-Encoding: xchunked\r\n\r\n{Chunks}" },
        { "a space before the colon", $"{Start}Transfer-Encoding : chunked\r\n\r\n{Chunks}" },
        { "a vertical tab", $"{Start}Transfer-Encoding:\vchunked\r\n\r\n{Chunks}" },
        { "two lengths", $"{Start}{Length}Content-Length: 5\r\n\r\n{Body}" },
        { "the same length twice", $"{Start}{Length}{Length}\r\n{Body}" },
        { "a list of lengths", $"{Start}Content-Length: {Body.Length}, {Body.Length}\r\n\r\n{Body}" },
        { "a hexadecimal length", $"{Start}Content-Length: 0x{Size}\r\n\r\n{Body}" },
        { "a negative length", $"{Start}Content-Length: -1\r\n\r\n{Body}" },
        { "a length beyond 64 bits", $"{Start}Content-Length: 18446744073709551665\r\n\r\n{Body}" },
        { "an empty length", $"{Start}Content-Length: \r\n\r\n{Body}" },
        { "no length", $"{Start}\r\n{Body}" },
        { "a chunk that is no number", $"{Start}Transfer-Encoding: chunked\r\n\r\ng\r\n{Body}\r\n0\r\n\r\n" },
        { "a chunk beyond 64 bits", $"{Start}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{Body}\r\n0\r\n\r\n" },
        { "a chunk beyond 32 bits", $"{Start}Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n{Body}\r\n0\r\n\r\n" },
        { "a negative chunk", $"{Start}Transfer-Encoding: chunked\r\n\r\n-1\r\n{Body}\r\n0\r\n\r\n" },
        { "a chunk with 0x", $"{Start}Transfer-Encoding: chunked\r\n\r\n0x{Size}\r\n{Body}\r\n0\r\n\r\n" },
        { "a chunk's extension that ends in LF", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Size};a\n{Body}\r\n0\r\n\r\n" },
        { "chunks that end in LF", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Size}\n{Body}\n0\n\n" },
        { "a chunk longer than it says", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Size}\r\n{Body}0\r\n\r\n" },
        { "endless trailers", $"{Start}Transfer-Encoding: chunked\r\n\r\n{Size}\r\n{Body}\r\n0\r\nX: {new string('a', 20_000)}\r\n\r\n" },
        { "NUL in a header", $"{Start}X: a\0b\r\n{Length}\r\n{Body}" },
        { "CR in a header", $"{Start}X: a\rb\r\n{Length}\r\n{Body}" },
        { "a folded header", $"{Start}X: a\r\n b\r\n{Length}\r\n{Body}" },
        { "a header without colon", $"{Start}X\r\n{Length}\r\n{Body}" },
        { "NUL in the address", Sound.Replace("/click", "/cl\0ick", StringComparison.Ordinal) },
        { "an encoded NUL in the address", Sound.Replace("/click", "/cl%00ick", StringComparison.Ordinal) },
        { "another server's address", Sound.Replace("/track", "http://b.example/track", StringComparison.Ordinal) },
        { "two hosts", Sound.Replace("Host: a", "Host: a\r\nHost: b", StringComparison.Ordinal) },
        { "no host", Sound.Replace("Host: a\r\n", "", StringComparison.Ordinal) },
        { "an address beyond 8 KB", Sound.Replace("?k=", $"?x={new string('a', 8 * 1024)}&k=", StringComparison.Ordinal) },
        { "headers beyond 16 KB", $"{Start}X: {new string('a', 16 * 1024)}\r\n{Length}\r\n{Body}" },
        { "more than 64 headers", $"{Start}{string.Concat(Enumerable.Range(0, 64).Select(static i => $"X{i}: a\r\n"))}{Length}\r\n{Body}" },
        { "a method without end", new('A', 9_000) },
        { "HTTP/0.9", "GET /health\r\n" },
        { "HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
        { "HTTP/3.0", Sound.Replace("HTTP/1.1", "HTTP/3.0", StringComparison.Ordinal) },
        { "TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n" },
        { "noise", new string('\u0080', 300) + "\r\n\r\n" },
    };

    public async Task InitializeAsync() => _server = await IngestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Ambiguous))]
    public async Task What_is_not_framed_as_it_should_be_is_refused_and_nothing_behind_it_is_read(string name, string request)
    {
        using var connection = await RawConnection.OpenAsync(_server);

        await connection.SendAsync(request + Sound);

        var answers = new List<int>();
        while (await connection.ReadAsync() is { } answer)
            answers.Add(answer.Status);
        answers.ShouldAllBe(static status => status == 400 || status == 408 || status == 413 || status == 414 || status == 431 || status == 505, name);
        _server.Log.Events.ShouldBeEmpty(name);
        (await _server.TrackAsync("click", Body)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Two_lengths_are_told_in_words()
    {
        using var connection = await RawConnection.OpenAsync(_server);

        await connection.SendAsync($"{Start}{Length}Transfer-Encoding: chunked\r\n\r\n{Chunks}");

        var answer = (await connection.ReadAsync()).ShouldNotBeNull();
        answer.Status.ShouldBe(400);
        answer.Body.ShouldContain("malformed_request");
        (await connection.ReadAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_each_in_its_order()
    {
        using var connection = await RawConnection.OpenAsync(_server);
        var bodies = Enumerable.Range(0, 50).Select(static i => $$"""{"event_id":"evt-{{i:d16}}","session_id":"s","url":"https://a.example.com"}""").ToList();

        await connection.SendAsync(string.Concat(bodies.Select(static body => $"{Start}Content-Length: {body.Length}\r\n\r\n{body}")));

        for (var i = 0; i < bodies.Count; i++)
        {
            var answer = (await connection.ReadAsync()).ShouldNotBeNull();
            answer.Status.ShouldBe(202);
            answer.Body.ShouldContain($"evt-{i:d16}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    public async Task A_body_that_comes_after_its_headers_or_in_two_pieces_is_taken_whole(int first)
    {
        using var connection = await RawConnection.OpenAsync(_server);

        for (var i = 1; i <= 2; i++)
        {
            await connection.SendAsync($"{Start}{Length}\r\n{Body[..first]}");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
            await connection.SendAsync(Body[first..]);

            (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(202);
            _server.Log.Events.Count.ShouldBe(i);
        }
    }

    [Fact]
    public async Task Who_asks_before_sending_a_body_is_told_to_go_on()
    {
        using var connection = await RawConnection.OpenAsync(_server);

        await connection.SendAsync($"{Start}{Length}Expect: 100-continue\r\n\r\n");
        (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(100);
        await connection.SendAsync(Body);

        (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(202);
    }

    [Fact]
    public async Task Trailers_and_chunk_extensions_are_read_over_and_never_become_headers()
    {
        using var connection = await RawConnection.OpenAsync(_server);

        await connection.SendAsync(
            $"POST /track/click HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{Size};name=value\r\n{Body}\r\n0\r\n"
            + $"X-TrackHub-Key: {World.BrowserKey}\r\nContent-Length: 5\r\n\r\n{Sound}");

        (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(401);
        (await connection.ReadAsync()).ShouldNotBeNull().Status.ShouldBe(202);
        _server.Log.Events.Count.ShouldBe(1);
    }
}
