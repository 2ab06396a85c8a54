using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Integration.Ingest;

public sealed class ReceiptTests
{
    private const string Order = """
        {"order_id":"o-1","order_status":"paid","webhook_event_type":"order_approved","payment_method":"pix","approved_date":"2026-09-10 14:04",
         "Commissions":{"charge_amount":19700,"currency":"BRL"},"Customer":{"email":"comprador@example.com"},
         "TrackingParameters":{"sck":"th_0000000000000000000000000a"}}
        """;

    [Fact]
    public async Task The_record_of_a_receipt_lies_where_it_says()
    {
        await using var ingest = await IngestProcess.StartAsync(null, "kiwify");
        var brand = ingest.Brands["kiwify"];
        var body = Encoding.UTF8.GetBytes(Order);

        var (clickStatus, click) = await ingest.PostAsync(
            "/api/v1/track/click",
            """{"event_id":"evt-0000000000000001","session_id":"s-1","url":"https://shop.example.com/a?fbclid=IwAR0"}"""u8.ToArray(),
            ("X-TrackHub-Key", brand.WriteKey));
        var (saleStatus, sale) = await ingest.PostAsync(
            $"/api/v1/webhooks/kiwify/{brand.ConnectionPath}?signature={Sign(body, brand.ConnectionSecret)}", body);

        (clickStatus, saleStatus).ShouldBe((202, 200));
        var storedClick = await ingest.ReadBackAsync<TrackedEvent>(click);
        storedClick.Key.ShouldBe($"{brand.BrandId}/s-1");
        storedClick.Record.EventId.ShouldBe("evt-0000000000000001");
        storedClick.Headers["brand"].ShouldBe(brand.BrandId);
        ActivityContext.TryParse(storedClick.Headers["traceparent"], null, out _).ShouldBeTrue(storedClick.Headers["traceparent"]);
        storedClick.Record.UserData.ShouldNotBeNull();
        var storedSale = await ingest.ReadBackAsync<TrackedEvent>(sale);
        storedSale.Key.ShouldBe($"{brand.BrandId}/kiwify/o-1");
        ActivityContext.TryParse(storedSale.Headers["traceparent"], null, out _).ShouldBeTrue(storedSale.Headers["traceparent"]);
        storedSale.Record.EventId.ShouldBe(EventIds.ForOrder(brand.BrandId, "Purchase", "kiwify", "o-1"));
        storedSale.Record.EventId.ShouldBe(sale.GetProperty("event_id").GetString());
        storedSale.Record.ClickId.ShouldBe("th_0000000000000000000000000a");
        storedSale.Record.Sale!.AmountMinor.ShouldBe(19700);
    }

    [Fact]
    public async Task Who_names_a_trace_finds_the_record_in_it()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        await using var ingest = await IngestProcess.StartAsync(null, "kiwify");

        var (status, click) = await ingest.PostAsync(
            "/api/v1/track/click", """{"session_id":"s-1","url":"https://shop.example.com/a"}"""u8.ToArray(),
            ("X-TrackHub-Key", ingest.Brands["kiwify"].WriteKey), ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        status.ShouldBe(202);
        var trace = (await ingest.ReadBackAsync<TrackedEvent>(click)).Headers["traceparent"];
        (trace[..35], trace[^3..]).ShouldBe(($"00-{Trace}", "-00"), "whether it is recorded is ours to say");
    }

    [Fact]
    public async Task Every_kind_of_event_lies_where_its_receipt_says_alone_and_in_a_batch()
    {
        const string Page = "\"url\":\"https://shop.example.com/a\"";
        await using var ingest = await IngestProcess.StartAsync(null, "kiwify");
        var key = ("X-TrackHub-Key", ingest.Brands["kiwify"].WriteKey);
        var bodies = new (string Route, EventKind Kind, string Fields)[]
        {
            ("click", EventKind.Click, Page),
            ("pageview", EventKind.PageView, Page),
            ("initiate_checkout", EventKind.InitiateCheckout, Page),
            ("identify", EventKind.Identify, "\"email\":\"compradora@example.com\""),
            ("consent", EventKind.Consent, "\"ads\":false"),
        };
        var receipts = new List<(JsonElement Receipt, EventKind Kind)>();

        foreach (var (route, kind, fields) in bodies)
        {
            var (status, receipt) = await ingest.PostAsync($"/api/v1/track/{route}", Encoding.UTF8.GetBytes($$"""{"session_id":"s-1",{{fields}}}"""), key);
            status.ShouldBe(202, route);
            receipts.Add((receipt, kind));
        }

        var (batchStatus, batch) = await ingest.PostAsync("/api/v1/track/batch", Encoding.UTF8.GetBytes(
            $"[{string.Join(',', bodies.Select(static one => $$"""{"kind":"{{one.Route}}","session_id":"s-2",{{one.Fields}}}"""))}]"), key);
        batchStatus.ShouldBe(202);
        receipts.AddRange(batch.GetProperty("results").EnumerateArray().Zip(bodies, static (receipt, body) => (receipt, body.Kind)));

        receipts.Count.ShouldBe(2 * bodies.Length);
        foreach (var (receipt, kind) in receipts)
        {
            var stored = await ingest.ReadBackAsync<TrackedEvent>(receipt);
            (stored.Record.EventId, stored.Record.Kind).ShouldBe((receipt.GetProperty("event_id").GetString()!, kind));
        }
    }

    [Fact]
    public async Task An_unmappable_webhook_lies_sealed_in_dead_letters_without_its_token()
    {
        await using var ingest = await IngestProcess.StartAsync(null, "perfectpay");
        var brand = ingest.Brands["perfectpay"];
        var body = Encoding.UTF8.GetBytes($$"""{"token":"{{brand.ConnectionSecret}}","code":"x"}""");

        var (status, receipt) = await ingest.PostAsync($"/webhooks/perfectpay/{brand.ConnectionPath}", body);

        status.ShouldBe(200);
        receipt.GetProperty("topic").GetString().ShouldBe("dead-letters");
        var letter = (await ingest.ReadBackAsync<DeadLetter>(receipt)).Record;
        letter.Reason.ShouldBe("unmapped");
        letter.Gateway.ShouldBe("perfectpay");
        letter.IngestId.ShouldBe(receipt.GetProperty("event_id").GetString());
        letter.Original.ShouldNotBeNull();
        Encoding.UTF8.GetString(letter.Original.Box).ShouldNotContain("code");
    }

    [Fact]
    public async Task A_wrong_proof_is_401_and_a_wrong_key_is_401()
    {
        await using var ingest = await IngestProcess.StartAsync(null, "hotmart");
        var brand = ingest.Brands["hotmart"];

        var (webhook, problem) = await ingest.PostAsync($"/webhooks/hotmart/{brand.ConnectionPath}", "{}"u8.ToArray(), ("X-HOTMART-HOTTOK", "wrong"));
        var (click, _) = await ingest.PostAsync("/track/click?k=thw_x", "{}"u8.ToArray());

        (webhook, click).ShouldBe((401, 401));
        problem.GetProperty("code").GetString().ShouldBe("signature_invalid");
    }

    private static string Sign(byte[] body, string token) =>
#pragma warning disable CA5350 // The gateway's protocol.
        Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), body));
#pragma warning restore CA5350
}
