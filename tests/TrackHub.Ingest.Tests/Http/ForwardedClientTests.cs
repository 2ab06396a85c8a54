using System.Net;

namespace TrackHub.Ingest.Tests.Http;

/// <summary>Who a client is: nobody but a configured proxy may say so, in limits and in what is stored.</summary>
public sealed class ForwardedClientTests
{
    private const string Click = """{"session_id":"s-1","url":"https://shop.example.com/"}""";
    private static readonly (string, string)[] Limit = [("Ingest:AddressPerSecond", "1"), ("Ingest:AddressBurst", "2")];

    [Theory]
    [InlineData("")]
    [InlineData("198.51.100.0/24, 2001:db8::1")]
    public async Task A_header_of_a_stranger_changes_neither_the_limit_nor_the_stored_address(string proxies)
    {
        await using var server = await IngestServer.StartAsync([.. Limit, ("Ingest:TrustedProxies", proxies)]);

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
            answers.Add(await ClickAsync(server, $"203.0.113.{i}"));

        answers.ShouldContain(HttpStatusCode.TooManyRequests);
        StoredAddresses(server).Distinct().ShouldBe([null]);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.7, 127.0.0.0/8")]
    [InlineData("::1; 127.0.0.1")]
    public async Task A_trusted_proxys_client_is_limited_and_stored(string proxies)
    {
        await using var server = await IngestServer.StartAsync([.. Limit, ("Ingest:TrustedProxies", proxies)]);

        for (var i = 0; i < 10; i++)
            (await ClickAsync(server, $"203.0.113.{i}")).ShouldBe(HttpStatusCode.Accepted);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 20; i++)
            answers.Add(await ClickAsync(server, "2001:db8:0:1::9"));

        answers.ShouldContain(HttpStatusCode.TooManyRequests);
        StoredAddresses(server).Distinct().ShouldBe([.. Enumerable.Range(0, 10).Select(static i => $"203.0.113.{i}"), "2001:db8:0:1::9"]);
    }

    [Theory]
    [InlineData("203.0.113.66, 203.0.113.7", "203.0.113.7")]                 // the first is the client's own invention
    [InlineData("203.0.113.66, 203.0.113.7, 10.0.0.9", "203.0.113.7")]       // over two proxies
    [InlineData("203.0.113.7, ::ffff:10.0.0.9", "203.0.113.7")]
    [InlineData("[2001:db8::7]:4711", "2001:db8::7")]
    [InlineData("203.0.113.7:4711", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("unknown", null)]
    [InlineData("203.0.113.7, unknown", null)]
    [InlineData("", null)]
    public async Task The_list_is_read_from_its_end_as_far_as_it_is_trusted(string header, string? expected)
    {
        await using var server = await IngestServer.StartAsync(("Ingest:TrustedProxies", "127.0.0.1, 10.0.0.0/24"));

        (await ClickAsync(server, header)).ShouldBe(HttpStatusCode.Accepted);

        StoredAddresses(server).ShouldBe([expected]);
    }

    private static async Task<HttpStatusCode> ClickAsync(IngestServer server, string forwardedFor) => (await server.TrackAsync("click", Click, change: request =>
    {
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        request.Headers.TryAddWithoutValidation("Forwarded", "for=203.0.113.99");
        request.Headers.TryAddWithoutValidation("X-Real-IP", "203.0.113.99");
    })).StatusCode;

    // The connection itself comes from this machine, and such an address is no visitor's: nothing is stored.
    private static IEnumerable<string?> StoredAddresses(IngestServer server) => server.Log.Events.Select(entry =>
        entry.Record.UserData is { } sealedData ? server.World.Sealer.OpenUserData(World.Brand.TenantId, sealedData).ClientIpAddress : null);
}
