using System.Net;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Tests.Http;

/// <summary>Limits of a write key and of an address. None of them refills while a test runs: a second gains one token, and that of a key after a second.</summary>
public sealed class RateLimitTests
{
    private const string OtherKey = "thw_brandexample_3333333333";
    private const string Rest = """
        "session_id":"s-1","url":"https://shop.example.com/"}
        """;
    private const string Click = "{" + Rest;
    private const string BatchOfThree = $$"""[{"kind":"click",{{Rest}},{"kind":"click",{{Rest}},{"kind":"click",{{Rest}}]""";

    [Fact]
    public async Task Beyond_its_burst_a_key_is_told_to_come_back_and_others_go_on()
    {
        await using var server = await StartWithKeyLimitAsync();
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 30; i++)   // far more than the bucket gains meanwhile
            answers.Add(await server.TrackAsync("click", Click));

        answers.Take(3).ShouldAllBe(static answer => answer.StatusCode == HttpStatusCode.Accepted);
        await IsLimitedAsync(answers.Last(static answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
        server.Log.Events.Count.ShouldBe(answers.Count(static answer => answer.StatusCode == HttpStatusCode.Accepted));
        (await server.TrackAsync("click", Click, OtherKey)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_batch_takes_as_many_as_it_holds()
    {
        await using var server = await StartWithKeyLimitAsync();

        var first = await server.TrackAsync("batch", BatchOfThree);
        var second = await server.TrackAsync("batch", BatchOfThree);

        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        server.Log.Events.Count.ShouldBe(3);
    }

    [Fact]
    public async Task An_address_is_limited_over_all_its_publishable_keys_and_a_server_key_is_not()
    {
        await using var server = await StartWithAddressLimitAsync(3);

        (await server.TrackAsync("click", Click)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await server.TrackAsync("click", Click, World.PinnedKey)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await server.TrackAsync("click", Click, "thw_nobody")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        await IsLimitedAsync(await Tired(() => server.TrackAsync("click", Click)));
        await IsLimitedAsync(await Tired(() => server.TrackAsync("click", Click, "thw_nobody")));
        await IsLimitedAsync(await Tired(() => server.TrackAsync("batch", BatchOfThree)));
        for (var i = 0; i < 10; i++)
            (await server.TrackAsync("batch", BatchOfThree, World.ServerKey)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_page_may_read_that_it_is_limited()
    {
        await using var server = await StartWithAddressLimitAsync(1);

        var refused = await Tired(
            () => server.TrackAsync("click", Click, World.PinnedKey, static request => request.Headers.Add("Origin", World.AllowedOrigin)));

        refused.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe([World.AllowedOrigin]);
        refused.Headers.GetValues("Access-Control-Expose-Headers").ShouldBe(["Retry-After"]);
    }

    [Fact]
    public async Task Unknown_keys_get_no_bucket_and_no_record()
    {
        await using var server = await StartWithAddressLimitAsync(5);
        for (var i = 0; i < 20; i++)
            await server.TrackAsync("click", Click, $"thw_guess_{i}");

        await IsLimitedAsync(await Tired(() => server.TrackAsync("click", Click, "thw_guess")));
        server.Log.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_log_tells_of_a_limit_once_and_of_nobody_in_person()
    {
        await using var server = await StartWithAddressLimitAsync(1);
        for (var i = 0; i < 10; i++)
            await server.TrackAsync("click", Click);

        server.Logs.Lines.Where(static line => line.Contains("429", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldNotContain("127.0.0.1");
    }

    private static Task<IngestServer> StartWithAddressLimitAsync(int burst) =>
        IngestServer.StartAsync(("Ingest:AddressPerSecond", "1"), ("Ingest:AddressBurst", $"{burst}"));

    private static async Task<IngestServer> StartWithKeyLimitAsync()
    {
        var server = await IngestServer.StartAsync();
        var limited = World.Brand with { Settings = BrandSettings.Default with { TrackPerSecond = 1, TrackBurst = 3 } };
        server.World.Directory.Publish(DirectorySnapshot.Of(
            [limited],
            keys:
            [
                KeyValuePair.Create(World.BrowserKey, new WriteKey("key_browser", limited.Id, IsServer: false, [])),
                KeyValuePair.Create(OtherKey, new WriteKey("key_other", limited.Id, IsServer: false, [])),
            ]));
        return server;
    }

    // A token may have come back since the last request, never several.
    private static async Task<HttpResponseMessage> Tired(Func<Task<HttpResponseMessage>> send)
    {
        HttpResponseMessage answer;
        var tries = 0;
        do
            answer = await send();
        while (answer.StatusCode is not HttpStatusCode.TooManyRequests && ++tries < 20);
        return answer;
    }

    private static async Task IsLimitedAsync(HttpResponseMessage answer)
    {
        answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));
        (await IngestServer.ReadAsync(answer)).GetProperty("code").GetString().ShouldBe("rate_limited");
    }
}
