using System.Net;
using System.Security.Cryptography;
using System.Text;
using TrackHub.Ingest.Tests.Webhooks;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Http;

public sealed class WebhookHttpTests : IAsyncLifetime
{
    private IngestServer _server = null!;

    public async Task InitializeAsync() => _server = await IngestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("/api/v1/webhooks/kiwify/kiwify-path?")]
    [InlineData("/webhooks/kiwify/kiwify-path?")]
    [InlineData("/webhooks/kiwify?c=kiwify-path&")]
    [InlineData("/webhooks/kiwify?c=kiwify-path?")]
    [InlineData("/webhooks/KIWIFY/kiwify-path?")]
    public async Task A_signed_sale_is_acknowledged_with_its_receipt(string address)
    {
        var body = Samples.Bytes("kiwify/order_approved_card.json");

        var response = await PostAsync($"{address}signature={Sign(body)}", body);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var receipt = await IngestServer.ReadAsync(response);
        receipt.EnumerateObject().Select(static field => field.Name).ShouldBe(["event_id", "topic", "partition", "offset"]);
        receipt.GetProperty("event_id").GetString()
            .ShouldBe(EventIds.ForOrder(World.Brand.Id, "Purchase", "kiwify", "00000000-0000-4000-8000-000000000001"));
        receipt.GetProperty("topic").GetString().ShouldBe("ingest-events");
        var (_, key, record) = _server.Log.Events.ShouldHaveSingleItem();
        key.ShouldBe("brandexample/kiwify/00000000-0000-4000-8000-000000000001");
        record.Sale!.ConnectionId.ShouldBe("con_kiwify-path");
        record.Sale.DeliveryId.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(body)));
    }

    [Fact]
    public async Task Header_and_body_tokens_prove_the_other_gateways()
    {
        var hotmart = await PostAsync("/webhooks/hotmart/hotmart-path", Samples.Bytes("hotmart/purchase_complete.json"), World.Hottok);
        var perfectPay = await PostAsync("/webhooks/perfectpay/perfectpay-path", Samples.Bytes("perfectpay/approved_card.json"));

        hotmart.StatusCode.ShouldBe(HttpStatusCode.OK);
        perfectPay.StatusCode.ShouldBe(HttpStatusCode.OK);
        _server.Log.Events.Select(static entry => entry.Record.Sale!.Kind).ShouldBe([SaleKind.Completed, SaleKind.Approved]);
    }

    [Fact]
    public async Task Wrong_missing_and_unusable_proofs_and_unknown_connections_look_the_same()
    {
        _server.World.Directory.Publish(World.Snapshot(
            World.Connection("short", "kiwify", isActive: true, "short"),
            World.Connection("empty", "kiwify", isActive: true, ""),
            World.Connection("none", "kiwify", isActive: true),
            World.Connection("off", "kiwify", isActive: false, World.KiwifyToken)));
        var body = Samples.Bytes("kiwify/order_approved_card.json");
        var good = Sign(body);
        var answers = new List<string>();
        foreach (var address in new[]
        {
            "kiwify-path?signature=0000000000000000000000000000000000000000", "kiwify-path", $"kiwify-path?signature={good}&signature={good}",
            $"unknown?signature={good}", "unknown", $"off?signature={good}",
            $"short?signature={Sign(body, "short")}", $"empty?signature={Sign(body, "")}", $"none?signature={Sign(body, "")}",
            $"hotmart-path?signature={good}",
        })
        {
            var response = await PostAsync($"/api/v1/webhooks/kiwify/{address}", body);
            var headers = response.Headers.Concat(response.Content.Headers).Where(static header => header.Key != "Date")
                .Select(static header => $"{header.Key}: {string.Join(',', header.Value)}").Order();
            answers.Add($"{(int)response.StatusCode} {string.Join(';', headers)} {await response.Content.ReadAsStringAsync()}");
        }

        answers.Distinct().ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            static answer => answer.ShouldStartWith("401 "),
            static answer => answer.ShouldContain("\"code\":\"signature_invalid\""));
        _server.Log.Events.ShouldBeEmpty();
        _server.Log.Dead.ShouldBeEmpty();
    }

    [Fact]
    public async Task Both_secrets_of_a_rotation_count()
    {
        _server.World.Directory.Publish(World.Snapshot(World.Connection("two", "kiwify", isActive: true, "anothertoken00002", World.KiwifyToken)));
        var body = Samples.Bytes("kiwify/pix_created.json");

        (await PostAsync($"/webhooks/kiwify/two?signature={Sign(body)}", body)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await PostAsync($"/webhooks/kiwify/two?signature={Sign(body, "anothertoken00002")}", body)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(0, HttpStatusCode.Unauthorized)]
    [InlineData(1, HttpStatusCode.OK)]
    public async Task The_former_secret_ends_with_its_overlap_even_if_nobody_tells_the_directory(int secondsLeft, HttpStatusCode expected)
    {
        var (path, connection) = World.Connection("two", "kiwify", isActive: true, "anothertoken00002", World.KiwifyToken);
        _server.World.Directory.Publish(World.Snapshot(
            KeyValuePair.Create(path, connection with { OverlapEnds = World.Now.AddSeconds(secondsLeft) })));
        var body = Samples.Bytes("kiwify/pix_created.json");

        (await PostAsync($"/webhooks/kiwify/two?signature={Sign(body)}", body)).StatusCode.ShouldBe(expected);
        (await PostAsync($"/webhooks/kiwify/two?signature={Sign(body, "anothertoken00002")}", body)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("not json", "malformed")]
    [InlineData("""{"order_id":"1","order_id":"2","webhook_event_type":"order_approved"}""", "malformed")]
    [InlineData("{\"a\":\"\u00ff\"", "malformed")]
    [InlineData("""{"order_status":1e999""", "malformed")]
    [InlineData("{}", "unmapped")]
    [InlineData("", "malformed")]
    public async Task What_is_authentic_but_cannot_be_mapped_is_kept_and_ended(string text, string reason)
    {
        var body = Encoding.Latin1.GetBytes(text);

        var response = await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign(body)}", body);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var receipt = await IngestServer.ReadAsync(response);
        receipt.GetProperty("topic").GetString().ShouldBe("dead-letters");
        var (letter, outcome) = _server.Log.Dead.ShouldHaveSingleItem();
        letter.Reason.ShouldBe(reason);
        letter.Body.ShouldBe(body);
        letter.ConnectionId.ShouldBe("con_kiwify-path");
        (outcome.State, outcome.Destination, outcome.Reason, outcome.IngestId).ShouldBe((OutcomeState.Unmapped, "none", reason, letter.IngestId));
        receipt.GetProperty("event_id").GetString().ShouldBe(letter.IngestId);
        _server.Log.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_deeper_than_is_read_is_kept()
    {
        var body = Encoding.ASCII.GetBytes(new string('[', 10_000) + new string(']', 10_000));

        (await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign(body)}", body)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _server.Log.Dead.Single().Letter.Reason.ShouldBe("malformed");
    }

    [Fact]
    public async Task Tokens_are_gone_before_a_body_is_kept()
    {
        var perfectPay = Encoding.UTF8.GetBytes($$"""{"token":"{{World.PerfectPayToken}}","code":"1"}""");
        var hotmart = Encoding.UTF8.GetBytes($$"""{"hottok":"an-older-hottok-0000","note":"{{World.Hottok}}","version":"1.0.0"}""");

        await PostAsync("/webhooks/perfectpay/perfectpay-path", perfectPay);
        await PostAsync("/webhooks/hotmart/hotmart-path", hotmart, World.Hottok);

        var kept = string.Concat(_server.Log.Dead.Select(static dead => Encoding.UTF8.GetString(dead.Letter.Body)));
        _server.Log.Dead.Count.ShouldBe(2);
        kept.ShouldContain("\"code\":\"1\"");
        kept.ShouldNotContain(World.PerfectPayToken);
        kept.ShouldNotContain("hottok-0000");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"token":null}""")]
    [InlineData("""{"token":7}""")]
    [InlineData("""{"token":""}""")]
    [InlineData("[]")]
    public async Task A_body_token_gateway_whose_token_cannot_be_read_is_refused(string body) =>
        (await PostAsync("/webhooks/perfectpay/perfectpay-path", Encoding.UTF8.GetBytes(body))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

    [Fact]
    public async Task A_form_says_what_its_JSON_would()
    {
        const string Form = $"token={World.PerfectPayToken}&code=PPCPMTBEXMP0001&sale_amount=39.9&currency_enum_key=BRL&sale_status_enum=2"
            + "&payment_type_enum=7&customer%5Bemail%5D=comprador%40example.com&metadata[utm_perfect]=th_0000000000000000000000000a"
            + "&commission[0][affiliation_type_enum]=1&commission[0][commission_amount]=35.71";
        using var content = new StringContent(Form, Encoding.UTF8, "application/x-www-form-urlencoded");

        var response = await _server.Client.PostAsync("/webhooks/perfectpay/perfectpay-path", content);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var record = _server.Log.Events.Single().Record;
        (record.Sale!.SaleId, record.Sale.AmountMinor, record.Sale.NetMinor).ShouldBe(("PPCPMTBEXMP0001", 3990L, 3571L));
        (record.Sale.Kind, record.Sale.Method).ShouldBe((SaleKind.Approved, PaymentMethod.Pix));
        record.ClickId.ShouldBe("th_0000000000000000000000000a");
        record.Keys.Email.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("token=a&token=b")]
    [InlineData("")]
    [InlineData("a[=1")]
    public async Task A_form_that_cannot_be_read_proves_nothing(string form)
    {
        using var content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded");

        (await _server.Client.PostAsync("/webhooks/perfectpay/perfectpay-path", content)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("\u2003")]
    [InlineData("\uFEFF \uFEFF")]
    public async Task A_sale_id_of_blanks_is_none(string blank)
    {
        var body = Mapped.Edit("kiwify/order_approved_card.json", root => root["order_id"] = blank);

        (await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign(body)}", body)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _server.Log.Dead.Single().Letter.Reason.ShouldBe("sale_id_missing");
    }

    [Fact]
    public async Task An_unknown_event_goes_on_as_unmapped()
    {
        var body = Mapped.Edit("hotmart/purchase_complete.json", static root => root["event"] = "PURCHASE_SOMETHING_NEW");

        (await PostAsync("/webhooks/hotmart/hotmart-path", body, World.Hottok)).StatusCode.ShouldBe(HttpStatusCode.OK);
        _server.Log.Events.Single().Record.Sale!.Kind.ShouldBe(SaleKind.Unmapped);
    }

    [Fact]
    public async Task Several_carts_are_told_one_by_one()
    {
        var cart = Encoding.UTF8.GetString(Samples.Bytes("kiwify/cart_abandoned.json"));
        var body = Encoding.UTF8.GetBytes($"[{cart},{cart.Replace("exmpsessao0000001", "exmpsessao0000002", StringComparison.Ordinal)}]");

        var response = await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign(body)}", body);

        var receipt = await IngestServer.ReadAsync(response);
        receipt.GetProperty("events").GetArrayLength().ShouldBe(2);
        receipt.GetProperty("event_id").GetString().ShouldBe(receipt.GetProperty("events")[0].GetProperty("event_id").GetString());
        _server.Log.Events.Select(static entry => entry.Record.Sale!.DeliveryId).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_byte_order_mark_costs_no_sale()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. Samples.Bytes("kiwify/order_approved_card.json")];

        await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign(body)}", body);

        _server.Log.Events.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_log_that_is_away_means_come_back()
    {
        _server.Log.IsAway = true;
        var body = Samples.Bytes("kiwify/order_approved_card.json");

        var stored = await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign(body)}", body);
        var kept = await PostAsync($"/webhooks/kiwify/kiwify-path?signature={Sign("{}"u8.ToArray())}", "{}"u8.ToArray());

        foreach (var response in new[] { stored, kept })
        {
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(1));
            (await IngestServer.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("log_unavailable");
        }
    }

    [Fact]
    public async Task Before_the_directory_is_known_nobody_is_called_unknown()
    {
        await using var server = await IngestServer.StartAsync(directoryIsLoaded: false);

        var webhook = await server.Client.PostAsync("/webhooks/kiwify/kiwify-path", IngestServer.Json("{}"));
        var click = await server.TrackAsync("click", "{}");

        foreach (var response in new[] { webhook, click })
        {
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await IngestServer.ReadAsync(response)).GetProperty("code").GetString().ShouldBe("overloaded");
        }
    }

    [Fact]
    public async Task Logs_hold_no_address_no_proof_and_nothing_personal()
    {
        var body = Samples.Bytes("perfectpay/approved_card.json");

        await PostAsync("/webhooks/perfectpay/perfectpay-path", body);
        await PostAsync("/webhooks/perfectpay/perfectpay-path", "{}"u8.ToArray());
        await PostAsync($"/webhooks/perfectpay/perfectpay-path", Encoding.UTF8.GetBytes($$"""{"token":"{{World.PerfectPayToken}}"}"""));
        await _server.TrackAsync("identify", """{"email":"maria@example.com"}""");

        _server.Logs.Lines.ShouldNotBeEmpty();
        var lines = string.Join('\n', _server.Logs.Lines);
        foreach (var secret in new[] { "/webhooks/", World.PerfectPayToken, "comprador", "maria", World.BrowserKey })
            lines.ShouldNotContain(secret, Case.Insensitive);
    }

    private Task<HttpResponseMessage> PostAsync(string address, byte[] body, string? hottok = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        if (hottok is not null)
            request.Headers.Add("X-HOTMART-HOTTOK", hottok);
        return _server.Client.SendAsync(request);
    }

    private static string Sign(byte[] body, string token = World.KiwifyToken) =>
#pragma warning disable CA5350 // The gateway's protocol.
        Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), body));
#pragma warning restore CA5350
}
