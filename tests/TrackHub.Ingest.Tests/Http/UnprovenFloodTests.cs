using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;

namespace TrackHub.Ingest.Tests.Http;

/// <summary>A flood of forged webhooks is slowed down; a real one, from the same address, at the same moment, never is.</summary>
public sealed class UnprovenFloodTests : IAsyncLifetime
{
    private const string EduzzSecret = "example-eduzz-secret";
    private static readonly byte[] Sale = Samples.Bytes("kiwify/order_approved_card.json");
    private IngestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await IngestServer.StartAsync(("Ingest:UnprovenPerSecond", "1"), ("Ingest:UnprovenBurst", "3"), ("Ingest:AddressBurst", "1"), ("Ingest:AddressPerSecond", "1"));
        _server.World.Directory.Publish(World.Snapshot(World.Connection("eduzz", EduzzSecret)));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_forger_is_told_to_come_back_and_a_real_sale_from_the_same_address_gets_in()
    {
        var forged = await FloodAsync("kiwify/nobody?signature=00");
        var real = new List<HttpStatusCode>();
        for (var i = 0; i < 10; i++)
        {
            await PostAsync("kiwify/kiwify-path?signature=00");
            real.Add((await PostAsync($"kiwify/kiwify-path?signature={Sign()}")).StatusCode);
        }

        forged.Take(3).ShouldAllBe(static answer => answer.StatusCode == HttpStatusCode.Unauthorized);
        var limited = forged.Last(static answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        limited.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
        limited.Headers.ConnectionClose.ShouldBe(true);
        (await IngestServer.ReadAsync(limited)).GetProperty("code").GetString().ShouldBe("rate_limited");
        real.ShouldAllBe(static status => status == HttpStatusCode.OK);
        _server.Log.Events.Count.ShouldBe(10);
    }

    [Fact]
    public async Task In_a_flood_too_an_unknown_connection_looks_like_a_known_one_and_what_that_is_sent_is_kept()
    {
        await FloodAsync("kiwify/nobody?signature=00");

        var unknown = await Limited("kiwify/nobody?signature=00");
        var known = await Limited("kiwify/kiwify-path?signature=00");

        known.ShouldBe(unknown);
        _server.Log.Quarantined.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_gateway_that_gives_up_on_refusals_is_never_refused()
    {
        var answers = await FloodAsync("eduzz/eduzz-path");

        answers.ShouldAllBe(static answer => answer.StatusCode == HttpStatusCode.Accepted);
        answers[^1].Headers.ConnectionClose.ShouldBe(true);
        _server.Log.Quarantined.Count.ShouldBe(answers.Count);
    }

    [Fact]
    public async Task An_unknown_connection_answers_no_sooner_than_one_that_keeps_what_it_is_sent()
    {
        foreach (var address in new[] { "kiwify/nobody?signature=00", "kiwify/kiwify-path?signature=00", "eduzz/nobody", "eduzz/eduzz-path" })
        {
            var started = TimeProvider.System.GetTimestamp();
            await PostAsync(address);

            TimeProvider.System.GetElapsedTime(started).TotalMilliseconds.ShouldBeGreaterThan(24, address);
        }
    }

    private async Task<string> Limited(string address)
    {
        HttpResponseMessage answer;
        var tries = 0;
        do
            answer = await PostAsync(address);
        while (answer.StatusCode is not HttpStatusCode.TooManyRequests && ++tries < 20);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(static header => header.Key != "Date")
            .Select(static header => $"{header.Key}: {string.Join(',', header.Value)}").Order();
        return $"{(int)answer.StatusCode} {string.Join(';', headers)} {await answer.Content.ReadAsStringAsync()}";
    }

    private async Task<List<HttpResponseMessage>> FloodAsync(string address)
    {
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 12; i++)
            answers.Add(await PostAsync(address));
        return answers;
    }

    private Task<HttpResponseMessage> PostAsync(string address)
    {
        var content = new ByteArrayContent(Sale);
        content.Headers.ContentType = new("application/json");
        return _server.Client.PostAsync(new Uri("/api/v1/webhooks/" + address, UriKind.Relative), content);
    }

    [SuppressMessage("Security", "CA5350", Justification = "The gateway's protocol.")]
    private static string Sign() => Convert.ToHexStringLower(HMACSHA1.HashData("exampletoken0001"u8, Sale));
}
