using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class EduzzGatewayTests
{
    private const string Paid = "eduzz/invoice_paid.json";

    [Theory]
    [InlineData("myeduzz.invoice_opened", SaleKind.Pending)]
    [InlineData("myeduzz.invoice_waiting_payment", SaleKind.Pending)]
    [InlineData("myeduzz.invoice_paid", SaleKind.Approved)]
    [InlineData("myeduzz.invoice_refused", SaleKind.Refused)]
    [InlineData("myeduzz.invoice_canceled", SaleKind.Canceled)]
    [InlineData("myeduzz.invoice_expired", SaleKind.Expired)]
    [InlineData("myeduzz.invoice_waiting_refund", SaleKind.RefundRequested)]
    [InlineData("myeduzz.invoice_refunded", SaleKind.Refunded)]
    [InlineData("myeduzz.invoice_overdue", SaleKind.SubscriptionLate)]
    [InlineData("myeduzz.invoice_recovering", SaleKind.SubscriptionLate)]
    [InlineData("myeduzz.invoice_negotiated", SaleKind.Ignored)]
    [InlineData("myeduzz.invoice_scheduled", SaleKind.Ignored)]
    [InlineData("myeduzz.contract_created", SaleKind.SubscriptionChanged)]
    [InlineData("myeduzz.contract_updated", SaleKind.SubscriptionChanged)]
    [InlineData("myeduzz.commission_processed", SaleKind.Ignored)]
    [InlineData("myeduzz.invoice_chargeback", SaleKind.Chargeback)]
    [InlineData("myeduzz.cart_abandonment", SaleKind.CartAbandoned)]
    [InlineData("ping", SaleKind.Ignored)]
    [InlineData("myeduzz.something_new", SaleKind.Unmapped)]
    public void An_event_has_its_kind(string name, SaleKind kind) => Mapped.Changed(Paid, root => root["event"] = name).Kind.ShouldBe(kind);

    [Theory]
    [InlineData("ping")]
    [InlineData("myeduzz.ping")]
    public void The_event_that_switches_a_configuration_on_is_a_test(string name) => Mapped.Changed(Paid, root => root["event"] = name).Test.ShouldBeTrue();

    [Fact]
    public void An_invoice_gives_everything_it_knows()
    {
        var sale = Mapped.Single("eduzz", Samples.Bytes(Paid));

        sale.DeliveryId.ShouldBe("exmpevento0001");
        sale.Money.ShouldBe(new SaleMoney(30150, null, "BRL"));
        sale.Method.ShouldBe(PaymentMethod.Card);
        sale.ProductId.ShouldBe("500001");
        sale.Time.Time.ShouldBe(new(2026, 9, 10, 17, 4, 2, TimeSpan.Zero));
        sale.Time.Zone.ShouldBe(ZoneChoice.Explicit);
        sale.Tracking.UtmSource.ShouldBe("FB");
        sale.Buyer.Phones.ShouldBe(["11900000001"]);
    }

    [Fact]
    public void What_was_paid_counts_before_the_price() =>
        Mapped.Changed(Paid, root => root["data"]!["paid"] = new System.Text.Json.Nodes.JsonObject { ["value"] = 250.25 }).Money.AmountMinor.ShouldBe(25025);

    [Fact]
    public void A_later_charge_of_a_contract_is_a_renewal() => Mapped.Changed(Paid, root => root["data"]!["contract"] =
        System.Text.Json.Nodes.JsonNode.Parse("""{"id":"c-1","recurrence":{"charges":{"current":3,"total":12}}}""")).Kind.ShouldBe(SaleKind.Renewed);

    [Fact]
    public void A_refund_happens_when_it_is_told() =>
        Mapped.Single("eduzz", Samples.Bytes("eduzz/invoice_refunded.json"), World.Now.AddDays(10)).Time.Time.ShouldBe(new(2026, 9, 14, 12, 30, 0, TimeSpan.Zero));

    [Fact]
    public void A_contract_without_its_envelope_is_read()
    {
        var sale = Mapped.Single("eduzz", """
            {"contract":{"id":"c-9","status":"upToDate","recurrence":{"charges":{"current":2,"total":12}}},
             "customer":{"name":"Compradora Exemplo","email":"comprador@example.com","phone":{"countryCode":"55","areaCode":"11","number":"900000001"}}}
            """u8.ToArray());

        (sale.Kind, sale.SubscriptionId, sale.Cycle).ShouldBe((SaleKind.SubscriptionChanged, "c-9", 2));
        sale.Buyer.Phones.ShouldBe(["+5511900000001"]);
    }

    [Theory]
    [InlineData("""{"trans_cod":"1","trans_status":"3"}""", "version_unsupported")]
    [InlineData("""{"data":{}}""", "unmapped")]
    [InlineData("[]", "unmapped")]
    public void Another_format_is_kept_with_its_remedy(string body, string reason) =>
        Mapped.Body("eduzz", System.Text.Encoding.UTF8.GetBytes(body)).Fault!.Reason.ShouldBe(reason);
}
