using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.Ingest.Tests.Http;

namespace TrackHub.Ingest.Tests.Hostile;

/// <summary>
/// Whatever comes in over the wire is answered as the interface says, soon, and with nothing else: never a 500, and never a 2xx without a record for each
/// receipt in it.
/// </summary>
public sealed class FuzzTests : IAsyncLifetime
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(Environment.GetEnvironmentVariable("TRACKHUB_TEST_FULL") == "1" ? 5_000 : 200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly string[] Types = ["application/json", "text/plain", "application/x-www-form-urlencoded", "application/xml", ""];
    private static readonly string[] Tracks = ["click", "pageview", "initiate_checkout", "identify", "consent", "batch"];
    private static readonly int[] Documented = [400, 401, 404, 408, 411, 413, 414, 415, 429, 431, 505];
    private IngestServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestServer.StartAsync(
        ("Ingest:UnprovenBurst", "1000000"), ("Ingest:AddressBurst", "1000000"), ("Ingest:HeadersTimeout", "00:00:01"));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void Any_body_on_any_track_route_is_answered_as_documented()
    {
        var routes = (from route in Gen.Elements(Tracks) from type in Gen.Elements(Types) select (route, type)).ToArbitrary();

        Check.One(Many, Prop.ForAll(routes, HostileInput.Json, (where, text) => TrackAsync(where, HostileInput.Utf8(text))));
        Check.One(Many, Prop.ForAll(routes, ArbMap.Default.ArbFor<byte[]>(), TrackAsync));
        Check.One(Many, Prop.ForAll(routes, HostileInput.MangledSample, TrackAsync));
    }

    [Fact]
    public void Any_body_that_a_gateway_signed_is_stored_or_kept()
    {
        var types = Gen.Elements(Types).ToArbitrary();

        Check.One(Many, Prop.ForAll(types, HostileInput.Json, (type, text) => WebhookAsync(type, HostileInput.Utf8(text))));
        Check.One(Many, Prop.ForAll(types, ArbMap.Default.ArbFor<byte[]>(), WebhookAsync));
        Check.One(Many, Prop.ForAll(types, HostileInput.MangledSample, WebhookAsync));
    }

    [Fact]
    public void Any_bytes_on_a_connection_are_answered_as_documented_or_not_at_all()
    {
        const string Body = """{"session_id":"s","url":"https://a.example.com"}""";
        var size = Body.Length.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        var head = $"POST /track/click?k={World.ServerKey} HTTP/1.1\r\nHost: a\r\n";
        var sound = Gen.Elements(new[]
        {
            $"{head}Content-Length: {Body.Length}\r\n\r\n{Body}",
            $"{head}Transfer-Encoding: chunked\r\n\r\n{size}\r\n{Body}\r\n0\r\n\r\n",
            $"{head}Content-Length: {Body.Length}\r\n\r\n{Body}{head}Transfer-Encoding: chunked\r\n\r\n{size};x\r\n{Body}\r\n0\r\nA: b\r\n\r\n",
        }.Select(Encoding.Latin1.GetBytes).ToArray());

        Check.One(Many, Prop.ForAll(HostileInput.Mangled(sound), WireAsync));
        Check.One(Many, Prop.ForAll<byte[]>(WireAsync));
    }

    private async Task<bool> TrackAsync((string Route, string Type) where, byte[] body)
    {
        var before = _server.Log.Events.Count;

        var (status, answer) = await PostAsync($"/api/v1/track/{where.Route}?k={World.ServerKey}", where.Type, body);

        if (status != 202)
            return answer.TryGetProperty(where.Route is "batch" && answer.TryGetProperty("results", out _) ? "results" : "code", out _) && Documented.Contains(status);
        var receipts = where.Route is "batch" ? answer.GetProperty("results").EnumerateArray().Count(IsReceipt) : IsReceipt(answer) ? 1 : 0;
        return receipts > 0 && _server.Log.Events.Count - before == receipts;
    }

    private async Task<bool> WebhookAsync(string type, byte[] body)
    {
        var before = _server.Log.Events.Count + _server.Log.Dead.Count;

        var (status, answer) = await PostAsync($"/api/v1/webhooks/kiwify/kiwify-path?signature={Sign(body)}", type, body);

        var receipts = answer.TryGetProperty("events", out var events) ? events.EnumerateArray().Count(IsReceipt) : IsReceipt(answer) ? 1 : 0;
        return status == 200 && receipts > 0 && _server.Log.Events.Count + _server.Log.Dead.Count - before == receipts;
    }

    private async Task<bool> WireAsync(byte[] bytes)
    {
        var before = _server.Log.Events.Count;
        using var connection = await RawConnection.OpenAsync(_server);
        await connection.SendAsync(Encoding.Latin1.GetString(bytes));
        connection.EndSending();

        var accepted = 0;
        while (await connection.ReadAsync().WaitAsync(Patience) is { } answer)
        {
            if (answer.Status is 202)
                accepted++;
            else if (!Documented.Contains(answer.Status))
                return false;
        }

        // Who says that nothing more will come may also be gone: a record more than answers is no lie, one less is.
        return _server.Log.Events.Count - before >= accepted;
    }

    private async Task<(int Status, JsonElement Answer)> PostAsync(string address, string type, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        if (type.Length > 0)
            content.Headers.ContentType = new(type);
        using var response = await _server.Client.PostAsync(address, content).WaitAsync(Patience);
        ((int)response.StatusCode).ShouldBeLessThan(500);
        return ((int)response.StatusCode, await IngestServer.ReadAsync(response));
    }

    private static bool IsReceipt(JsonElement answer) => answer.TryGetProperty("event_id", out _) && answer.TryGetProperty("offset", out _);

#pragma warning disable CA5350 // The gateway's protocol.
    private static string Sign(byte[] body) => Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(World.KiwifyToken), body));
#pragma warning restore CA5350
}
