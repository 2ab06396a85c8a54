using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using TrackHub.Testing;

namespace TrackHub.Browser;

/// <summary>A seller's pages, a real browser and the whole system behind them.</summary>
public sealed class SystemTests(RunningSystem system) : BrowserTest, IClassFixture<RunningSystem>
{
    private const string Kiwify = """<a href="https://pay.kiwify.com.br/abc?sck=FB%7Cbio" data-th-value="197" data-th-currency="BRL">Comprar</a>""";

    private readonly ConcurrentQueue<IRequest> _requests = new();
    private readonly ConcurrentQueue<IResponse> _answers = new();

    [Fact]
    public async Task An_ad_click_leads_through_page_and_checkout_to_a_matched_sale_at_Meta()
    {
        Open(Kiwify);
        using var http = new HttpClient();
        var page = await VisitAsync("oferta?utm_source=FB&fbclid=IwE2E-Example_1");
        await AcceptedAsync("click", "/oferta");
        var carried = await BuyAsync(page);
        var checkout = _requests.Single(static request => request.Url.Contains("initiate_checkout", StringComparison.Ordinal)).PostDataJSON()!.Value;

        var order = Guid.NewGuid().ToString();
        (await SellAsync(http, order, carried)).ShouldBe(HttpStatusCode.OK);

        var sale = (await system.ExplainedAsync(order, "delivered")).GetProperty("conversions")[0];
        (sale.GetProperty("stage").GetString(), sale.GetProperty("click").GetProperty("click_id").GetString()).ShouldBe(("deterministic", carried));
        sale.GetProperty("click").GetProperty("page").GetString().ShouldBe($"localhost:{Shop.Port}/oferta");

        // The page's own id for this Purchase is the one Meta was told.
        var shop = await VisitAsync("obrigado");
        var eventId = await shop.EvaluateAsync<string>("order => trackhub.purchaseEventId('kiwify', order)", order);
        var purchase = (await system.ArrivedAsync(http, eventId)).ShouldHaveSingleItem().ToString();
        purchase.ShouldContain("IwE2E-Example_1");
        purchase.ShouldContain(checkout.GetProperty("fbp").GetString()!);
        var shared = checkout.GetProperty("event_id").GetString()!;
        await Eventually.Holds(
            async () => (await system.ArrivedAsync(http, shared)).ShouldHaveSingleItem().ToString().ShouldContain("InitiateCheckout"), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task The_sale_of_a_visitor_who_refused_is_not_told_to_Meta()
    {
        Open(Kiwify);
        using var http = new HttpClient();
        var page = await VisitAsync("oferta?utm_source=FB&fbclid=IwE2E-Example_2");
        await page.EvaluateAsync("trackhub.consent({ ads: false })");
        await AcceptedAsync("consent", "/oferta");
        var carried = await BuyAsync(page);

        var order = Guid.NewGuid().ToString();
        (await SellAsync(http, order, carried)).ShouldBe(HttpStatusCode.OK);

        var sale = (await system.ExplainedAsync(order, "blocked_consent")).GetProperty("conversions")[0];
        sale.GetProperty("consent_ads").GetBoolean().ShouldBeFalse();
        (await system.ArrivedAsync(http, sale.GetProperty("event_id").GetString()!)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_page_of_an_application_lies_in_the_log_where_its_receipt_says()
    {
        Open("");
        var page = await VisitAsync("a");

        await page.EvaluateAsync("history.pushState({}, '', '/b')");
        var answer = await AcceptedAsync("pageview", "/b");

        using var receipt = JsonDocument.Parse(await answer.TextAsync());
        receipt.RootElement.GetProperty("topic").GetString().ShouldBe("track-events");
        var record = await system.Machine.RunAsync("tail", "track-events", "--from", $"{receipt.RootElement.GetProperty("offset")}", "--json");
        var eventId = answer.Request.PostDataJSON()!.Value.GetProperty("event_id").GetString()!;
        record.Output.Split('\n').ShouldContain(line => line.Contains(eventId, StringComparison.Ordinal), record.All);
    }

    [Fact]
    public async Task What_happens_while_the_network_or_the_log_is_away_arrives_when_it_is_back()
    {
        Open("");
        var page = await VisitAsync("a");
        await Visitor.SetOfflineAsync(true);
        await page.EvaluateAsync("history.pushState({}, '', '/offline')");
        await Visitor.SetOfflineAsync(false);
        await AcceptedAsync("pageview", "/offline");

        var broker = (await system.Machine.StatusAsync())["broker"].GetProperty("pid").GetInt32();
        Machine.Signal("STOP", broker);
        try
        {
            await page.EvaluateAsync("history.pushState({}, '', '/away')");
            await Eventually.Holds(() => _answers.Any(static answer => answer.Status == 503));
        }
        finally
        {
            Machine.Signal("CONT", broker);
        }

        await AcceptedAsync("pageview", "/away");
    }

    /// <summary>Lets the shop's pages talk to the real ingress, and listens to them.</summary>
    private void Open(string content)
    {
        (Shop.Ingress, Shop.Tag, Shop.Content) = (system.Ingress, $"data-key=\"{system.WriteKey}\"", content);
        Visitor.Request += (_, request) => _requests.Enqueue(request);
        Visitor.Response += (_, answer) => _answers.Enqueue(answer);
    }

    /// <summary>Follows the page's link to the checkout, and returns the click id that it carries there.</summary>
    private static async Task<string> BuyAsync(IPage page)
    {
        var id = await page.EvaluateAsync<string>("trackhub.clickId()");
        await page.ClickAsync("a");
        await ComesToAsync(page, "https://pay.kiwify.com.br/abc?sck=FB%7Cbio&s1=" + id);
        return id;
    }

    /// <summary>Waits for the ingress's acknowledgement of an event of a page.</summary>
    private async Task<IResponse> AcceptedAsync(string route, string path)
    {
        var found = default(IResponse);
        await Eventually.Holds(
            () =>
            {
                found = _answers.FirstOrDefault(answer =>
                    answer.Status == 202 && answer.Url.Contains($"/{route}?", StringComparison.Ordinal)
                    && answer.Request.PostDataJSON()!.Value.GetProperty("url").GetString()!.EndsWith(path, StringComparison.Ordinal));
                return found is not null;
            },
            TimeSpan.FromMinutes(1));
        return found!;
    }

    /// <summary>Kiwify's signed webhook of an approved order whose buyer nobody knows but by what the checkout link carried.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "HMAC-SHA1 is the gateway's protocol.")]
    private async Task<HttpStatusCode> SellAsync(HttpClient http, string order, string carried)
    {
        var sample = await File.ReadAllTextAsync(Path.Combine(Machine.Root, "ingest", "samples", "gateways", "kiwify", "order_approved_card.json"));
        var sale = JsonNode.Parse(sample)!;
        var now = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        (sale["order_id"], sale["created_at"], sale["updated_at"], sale["approved_date"]) = (order, now, now, now);
        (sale["Customer"]!["email"], sale["Customer"]!["mobile"]) = ($"{order}@example.com", null);
        sale["TrackingParameters"] = new JsonObject { ["sck"] = "FB|bio", ["s1"] = carried };
        var (address, secret) = system.Connection("kiwify");
        var body = Encoding.UTF8.GetBytes(sale.ToJsonString());
        var signature = Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), body));
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var answer = await http.PostAsync(new Uri($"{address}?signature={signature}"), content);
        return answer.StatusCode;
    }
}
