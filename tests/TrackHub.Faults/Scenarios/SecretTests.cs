using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrackHub.Faults.Storage;
using TrackHub.Testing;

namespace TrackHub.Faults.Scenarios;

/// <summary>A secret pasted wrongly: nothing is counted that does not prove itself, and no sale is lost by it either.</summary>
/// <remarks>In the lab with the shorter scenarios.</remarks>
[Collection(nameof(StorageLab))]
public sealed class SecretTests(StorageLab lab)
{
    private const int Sales = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Sales_sent_under_a_secret_that_was_pasted_wrongly_are_counted_once_it_is_corrected()
    {
        await lab.Services.AreReadyAsync();
        var right = RandomNumberGenerator.GetHexString(32, lowercase: true);
        // A brand of its own, without a pixel: what the other scenarios count is not touched.
        var run = Guid.NewGuid().ToString("N")[..8];
        var brand = $"segredo-{run}";
        await RunAsync("brands", "add", brand, "--consent-basis", "granted");
        var added = await AddAsync(brand, RandomNumberGenerator.GetHexString(32, lowercase: true));

        using var http = new HttpClient();
        for (var number = 0; number < Sales; number++)
        {
            var body = Encoding.UTF8.GetBytes($$$"""
                {"id":"evt-{{{run}}}-{{{number}}}","event":"myeduzz.invoice_paid","sentDate":"{{{TimeProvider.System.GetUtcNow():O}}}",
                 "data":{"id":"{{{run}}}-{{{number}}}","price":{"currency":"BRL","value":97},"buyer":{"email":"{{{run}}}{{{number}}}@example.com"} } }
                """);
            using var request = new HttpRequestMessage(HttpMethod.Post, added.Address) { Content = new ByteArrayContent(body) };
            request.Headers.Add("x-signature", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(right), body)));
            (await http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        await Eventually.Holds(
            async () => (await RunAsync("connections", "show", added.Id)).Output.ShouldContain($"{Sales} waiting, secret mismatch"), Patience);
        (await RunAsync("connections", "reverify", added.Id)).All.ShouldContain($"0 admitted, {Sales} still do not prove themselves");

        (await RunAsync("connections", "rotate", added.Id, "--secret", right)).All.ShouldContain($"{Sales} admitted, 0 still");

        for (var number = 0; number < Sales; number++)
        {
            var sale = $"{run}-{number}";
            await Eventually.Holds(async () => (await RunAsync("explain", sale)).Output.ShouldContain("of eduzz, brand " + brand), Patience);
        }

        await Eventually.Holds(
            async () => (await RunAsync("connections", "show", added.Id)).Output.ShouldNotContain("waiting"), Patience);
        (await RunAsync("connections", "reverify", added.Id)).All.ShouldContain("0 admitted, 0 still");
    }

    private async Task<(string Id, Uri Address)> AddAsync(string brand, string secret)
    {
        var added = await RunAsync("connections", "add", "--brand", brand, "--gateway", "eduzz", "--secret", secret, "--json");
        using var row = JsonDocument.Parse(added.Output);
        return (row.RootElement.GetProperty("id").GetString()!, new(row.RootElement.GetProperty("address").GetString()!));
    }

    private async Task<CommandResult> RunAsync(params string[] command)
    {
        var result = await lab.Machine.RunAsync(command);
        result.Code.ShouldBe(0, result.All);
        return result;
    }
}
