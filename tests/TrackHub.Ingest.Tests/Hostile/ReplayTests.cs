using System.Net;
using System.Security.Cryptography;
using System.Text;
using TrackHub.Ingest.Tests.Http;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Tests.Hostile;

/// <summary>A request that was caught and is sent again, now, later, very often, under a secret that has gone.</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private const string Secret = "example-own-secret-0001";
    private const string Next = "example-own-secret-0002";
    private static readonly byte[] Body = Samples.Bytes("generic/approved.json");
    private static readonly long Now = World.Now.ToUnixTimeSeconds();
    private IngestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await IngestServer.StartAsync();
        Publish(null, Secret);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("0", "")]
    [InlineData("299", "")]
    [InlineData("-299", "")]
    [InlineData("301", "timestamp_out_of_window")]
    [InlineData("-301", "timestamp_out_of_window")]
    public async Task A_right_signature_holds_for_300_seconds_to_either_side(string away, string code) =>
        (await CodeAsync($"{Now - int.Parse(away, System.Globalization.CultureInfo.InvariantCulture)}")).ShouldBe(code);

    [Theory]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("2147483648")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999")]
    [InlineData("1789060200000")]
    [InlineData("1e9")]
    [InlineData("0")]
    public async Task A_signed_time_that_is_none_is_401_and_nothing_else(string time) => (await CodeAsync(time)).ShouldBe("timestamp_out_of_window");

    [Theory]
    [InlineData("soon")]
    [InlineData("2147483648")]
    [InlineData("1")]
    public async Task Who_knows_no_secret_is_not_told_about_the_window(string time) =>
        (await CodeAsync(time, "another-secret-00002")).ShouldBe("signature_invalid");

    [Theory]
    [InlineData("generic")]
    [InlineData("stripe")]
    public async Task Both_gateways_that_sign_a_time_have_the_window(string gateway)
    {
        _server.World.Directory.Publish(World.Snapshot(World.Connection(gateway, Secret)));

        (await CodeAsync($"{Now - 301}", gateway: gateway)).ShouldBe("timestamp_out_of_window");
        (await CodeAsync($"{Now + 299}", gateway: gateway)).ShouldBe("");
    }

    [Fact]
    public async Task One_request_a_hundred_times_at_once_is_acknowledged_each_time_as_the_same_event_while_its_secret_is_rotated()
    {
        var replays = Enumerable.Range(0, 100).Select(_ => PostAsync($"{Now}", Secret, "generic")).ToList();
        Publish(World.Now.AddSeconds(1), Next, Secret);
        var rotated = await PostAsync($"{Now}", Next, "generic");

        var answers = await Task.WhenAll(replays.Append(Task.FromResult(rotated)));
        answers.ShouldAllBe(static answer => answer.StatusCode == HttpStatusCode.OK);
        var ids = await Task.WhenAll(answers.Select(static async answer => (await IngestServer.ReadAsync(answer)).GetProperty("event_id").GetString()));
        ids.Distinct().ShouldHaveSingleItem();
        _server.Log.Events.Count.ShouldBe(101);
        _server.Log.Events.Select(static entry => (entry.Key, entry.Record.EventId, entry.Record.Sale!.DeliveryId)).Distinct().ShouldHaveSingleItem();

        Publish(World.Now, Next, Secret);   // the overlap is over
        (await CodeAsync($"{Now}")).ShouldBe("signature_invalid");
        (await CodeAsync($"{Now}", Next)).ShouldBe("");
    }

    private void Publish(DateTimeOffset? overlapEnds, params string[] secrets)
    {
        var (path, connection) = World.Connection("generic", secrets);
        _server.World.Directory.Publish(World.Snapshot(KeyValuePair.Create<string, GatewayConnection>(path, connection with { OverlapEnds = overlapEnds })));
    }

    private async Task<string> CodeAsync(string time, string secret = Secret, string gateway = "generic")
    {
        var answer = await PostAsync(time, secret, gateway);
        if (answer.StatusCode is HttpStatusCode.OK)
            return "";
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        return (await IngestServer.ReadAsync(answer)).GetProperty("code").GetString()!;
    }

    private Task<HttpResponseMessage> PostAsync(string time, string secret, string gateway)
    {
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.ASCII.GetBytes(time + "."), .. Body]));
        var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/webhooks/{gateway}/{gateway}-path") { Content = new ByteArrayContent(Body) };
        request.Headers.TryAddWithoutValidation(gateway is "stripe" ? "Stripe-Signature" : "X-TrackHub-Signature", $"t={time},v1={signature}");
        return _server.Client.SendAsync(request);
    }
}
