using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrackHub.Testing;

namespace TrackHub.EndToEnd.Telemetry;

/// <summary>Requests full of one person, each good or bad in another way: every gateway, well signed, badly signed, malformed, oversize.</summary>
internal sealed class CanaryTraffic : IDisposable
{
    private static readonly string Samples = Path.Combine(Machine.Root, "ingest/samples/gateways");

    private readonly HttpClient _http;
    private readonly JsonElement _demo;
    private readonly CanaryPerson _person;
    private readonly string _run = Guid.NewGuid().ToString("N")[..12].ToUpperInvariant();

    public CanaryTraffic(Machine machine, CanaryPerson person)
    {
        _http = new() { BaseAddress = new($"http://127.0.0.1:{machine.PortBase}"), Timeout = TimeSpan.FromSeconds(30) };
        using var demo = JsonDocument.Parse(File.ReadAllText(Path.Combine(machine.Data, "demo.json")));
        _demo = demo.RootElement.Clone();
        _person = person;
    }

    /// <summary>Public id of the brand.</summary>
    public string Brand => _demo.GetProperty("brand_id").GetString()!;

    /// <summary>Secrets of the brand's, by name.</summary>
    public IEnumerable<(string Name, string Value)> Secrets =>
    [
        ("write key", _demo.GetProperty("write_key").GetString()!),
        ("server key", _demo.GetProperty("server_key").GetString()!),
        .. Connections.Select(static c => ($"{c.Gateway} secret", c.Secret)),
        .. Connections.Select(static c => ($"{c.Gateway} path", c.Path[(c.Path.LastIndexOf('/') + 1)..])),
    ];

    /// <summary>Good sales sent so far.</summary>
    public int Sold { get; private set; }

    private IEnumerable<(string Gateway, string Path, string Secret)> Connections => _demo.GetProperty("connections").EnumerateArray()
        .Select(static c => (c.GetProperty("gateway").GetString()!, c.GetProperty("path").GetString()!, c.GetProperty("secret").GetString()!));

    /// <summary>Sends everything once.</summary>
    /// <param name="malformedTraceParent">The trace context of Kiwify's well-signed body that is none.</param>
    public async Task SendAsync(string malformedTraceParent)
    {
        await TrackAsync();
        await KiwifyAsync(malformedTraceParent);
        await HotmartAsync();
        await PerfectPayAsync();
    }

    /// <summary>A good sale of Kiwify's, with headers of a stranger's making.</summary>
    public async Task SellAsync(string traceParent)
    {
        var (path, secret, text) = await OrderAsync();
        var answer = await PostAsync(
            $"{path}?signature={Sha1(secret, text)}", text, ("traceparent", traceParent), ("baggage", $"email={Uri.EscapeDataString(_person.Email)}"), ("tracestate", "canary=1"));
        answer.ShouldBe(HttpStatusCode.OK);
        Sold++;
    }

    public void Dispose() => _http.Dispose();

    private async Task TrackAsync()
    {
        var body = new JsonObject
        {
            ["session_id"] = _person.SessionId,
            ["url"] = $"https://loja.example.com/?fbclid={_person.Fbclid}&email={Uri.EscapeDataString(_person.Email)}",
            ["referrer"] = $"https://l.example.com/?u={Uri.EscapeDataString(_person.Email)}",
        };
        (body["fbp"], body["fbc"], body["fbclid"], body["external_id"]) = (_person.Fbp, _person.Fbc, _person.Fbclid, _person.ExternalId);
        (body["email"], body["phone"], body["client_ip"], body["user_agent"]) = (_person.Email, _person.Phone, _person.Ip, _person.UserAgent);
        var (key, text) = (_demo.GetProperty("server_key").GetString()!, body.ToJsonString());
        foreach (var kind in new[] { "click", "pageview", "initiate_checkout", "identify" })
            (await PostAsync($"/api/v1/track/{kind}", text, ("X-TrackHub-Key", key))).ShouldBe(HttpStatusCode.Accepted, kind);
        (await PostAsync($"/track/click?k={_demo.GetProperty("write_key").GetString()}", text)).ShouldBe(HttpStatusCode.BadRequest);   // client_ip needs the server key
        (await PostAsync("/track/click", text[..^5], ("X-TrackHub-Key", key))).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync("/track/click", Oversize(text, 20_000), ("X-TrackHub-Key", key))).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await PostAsync("/track/click", text, ("X-TrackHub-Key", key + "x"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync("/track/batch", $"{{\"events\":[{text}]}}", ("X-TrackHub-Key", key))).ShouldBe(HttpStatusCode.BadRequest);   // no kind
        (await PostAsync($"/nowhere?email={Uri.EscapeDataString(_person.Email)}", text)).ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task KiwifyAsync(string malformedTraceParent)
    {
        var (path, secret, text) = await OrderAsync();
        (await PostAsync($"{path}?signature={Sha1(secret, text)}", text)).ShouldBe(HttpStatusCode.OK);
        Sold++;
        (await PostAsync($"{path}?signature={Sha1("wrong", text)}", text)).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync($"{path}x?signature={Sha1(secret, text)}", text)).ShouldBe(HttpStatusCode.Unauthorized);
        var broken = text[..^3];
        (await PostAsync($"{path}?signature={Sha1(secret, broken)}", broken, ("traceparent", malformedTraceParent))).ShouldBe(HttpStatusCode.OK);   // authentic, kept in the dead letters
        var large = Oversize(text, 300_000);
        (await PostAsync($"{path}?signature={Sha1(secret, large)}", large)).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    private async Task<(string Path, string Secret, string Text)> OrderAsync()
    {
        var (_, path, secret) = Connections.First(static c => c.Gateway == "kiwify");
        var order = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Samples, "kiwify/order_approved_card.json")))!.AsObject();
        order["order_id"] = Guid.NewGuid().ToString();
        SetTimes(order, "yyyy-MM-dd HH:mm", "created_at", "updated_at", "approved_date");
        var customer = order["Customer"]!.AsObject();
        customer["full_name"] = $"{_person.FirstName} {_person.LastName}";
        (customer["first_name"], customer["email"], customer["mobile"]) = (_person.FirstName, _person.Email, _person.Phone);
        (customer["CPF"], customer["ip"], customer["street"]) = (_person.Document, _person.Ip, _person.Street);
        return (path, secret, order.ToJsonString());
    }

    private async Task HotmartAsync()
    {
        var (_, path, secret) = Connections.First(static c => c.Gateway == "hotmart");
        var root = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Samples, "hotmart/purchase_approved_card_interest.json")))!.AsObject();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        (root["id"], root["creation_date"]) = (Guid.NewGuid().ToString(), now);
        var purchase = root["data"]!["purchase"]!.AsObject();
        (purchase["transaction"], purchase["approved_date"], purchase["order_date"]) = ("HP" + _run, now, now);
        var buyer = root["data"]!["buyer"]!.AsObject();
        (buyer["email"], buyer["name"]) = (_person.Email, $"{_person.FirstName} {_person.LastName}");
        (buyer["first_name"], buyer["last_name"], buyer["checkout_phone"]) = (_person.FirstName, _person.LastName, _person.Phone[3..]);
        (buyer["document"], buyer["address"]!["address"]) = (_person.Document, _person.Street);
        var text = root.ToJsonString();
        (await PostAsync(path, text, ("X-HOTMART-HOTTOK", secret))).ShouldBe(HttpStatusCode.OK);
        Sold++;
        (await PostAsync(path, text, ("X-HOTMART-HOTTOK", secret[1..]))).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(path, text[..^4], ("X-HOTMART-HOTTOK", secret))).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(path, Oversize(text, 300_000), ("X-HOTMART-HOTTOK", secret))).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    private async Task PerfectPayAsync()
    {
        var (_, path, secret) = Connections.First(static c => c.Gateway == "perfectpay");
        var sale = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Samples, "perfectpay/approved_card.json")))!.AsObject();
        (sale["token"], sale["code"]) = (secret, "PPCPMTB" + _run);
        SetTimes(sale, "yyyy-MM-dd HH:mm:ss", "date_created", "date_approved");
        var customer = sale["customer"]!.AsObject();
        (customer["full_name"], customer["email"], customer["identification_number"]) = ($"{_person.FirstName} {_person.LastName}", _person.Email, _person.Document);
        (customer["phone_formated_ddi"], customer["phone_formated"], customer["phone_number"]) = (_person.Phone, null, null);
        (customer["ip"], customer["user_agent"], customer["street_name"]) = (_person.Ip, _person.UserAgent, _person.Street);
        var metadata = sale["metadata"]!.AsObject();
        (metadata["_fbc"], metadata["_fbp"]) = (_person.Fbc, _person.Fbp);
        var text = sale.ToJsonString();
        (await PostAsync(path, text)).ShouldBe(HttpStatusCode.OK);
        Sold++;
        (await PostAsync(path, text.Replace(secret, secret[1..] + "0", StringComparison.Ordinal))).ShouldBe(HttpStatusCode.Unauthorized);
        sale["sale_amount"] = new JsonArray("no amount");
        sale["code"] = null;
        (await PostAsync(path, sale.ToJsonString())).ShouldBe(HttpStatusCode.OK);
        (await PostAsync(path, Oversize(text, 300_000))).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    private async Task<HttpStatusCode> PostAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        using var response = await _http.SendAsync(request);
        return response.StatusCode;
    }

    // Gateways tell São Paulo's time without saying so.
    private static void SetTimes(JsonObject body, string format, params string[] names)
    {
        foreach (var name in names)
            body[name] = TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(-3)).ToString(format, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Oversize(string body, int length) => body + new string(' ', length) + body;

    [SuppressMessage("Security", "CA5350", Justification = "HMAC-SHA1 is the gateway's protocol.")]
    private static string Sha1(string secret, string text) => Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));
}
