using System.Text.Json.Nodes;
using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class CaktoGatewayTests
{
    private const string Approved = "cakto/purchase_approved.json";

    [Theory]
    [InlineData("pix_gerado", SaleKind.Pending)]
    [InlineData("boleto_gerado", SaleKind.Pending)]
    [InlineData("picpay_gerado", SaleKind.Pending)]
    [InlineData("purchase_approved", SaleKind.Approved)]
    [InlineData("purchase_refused", SaleKind.Refused)]
    [InlineData("refund", SaleKind.Refunded)]
    [InlineData("chargeback", SaleKind.Chargeback)]
    [InlineData("checkout_abandonment", SaleKind.CartAbandoned)]
    [InlineData("subscription_renewed", SaleKind.Renewed)]
    [InlineData("subscription_canceled", SaleKind.SubscriptionCanceled)]
    [InlineData("pedido_pago", SaleKind.Unmapped)]
    public void An_event_has_its_kind(string name, SaleKind kind) => Mapped.Changed(Approved, root => root["event"] = name).Kind.ShouldBe(kind);

    [Theory]
    [InlineData(1, SaleKind.Approved)]
    [InlineData(2, SaleKind.Renewed)]
    public void An_approval_of_a_later_period_is_a_renewal(int period, SaleKind kind) =>
        Mapped.Changed(Approved, root => root["data"]!["subscription_period"] = period).Kind.ShouldBe(kind);

    [Fact]
    public void A_sale_gives_everything_it_knows()
    {
        var sale = Mapped.Single("cakto", Samples.Bytes(Approved));

        sale.Money.ShouldBe(new SaleMoney(19700, 18072, "BRL"));
        sale.Reference.ShouldBe("Exmp001");
        sale.Time.Time.ShouldBe(new DateTimeOffset(2026, 9, 10, 17, 4, 2, TimeSpan.Zero).AddTicks(5752710));
        sale.Tracking.Fbc.ShouldBe("fb.1.1789059600000.IwExemplo_CaseSensitive-123");
        sale.Tracking.UtmSource.ShouldBe("FB");
        sale.Buyer.Phones.ShouldBe(["+5511900000001"]);
        sale.OfferId.ShouldBe("exmpoff");
    }

    [Theory]
    [InlineData("refund", "refundedAt", "2026-09-14T12:30:00Z")]
    [InlineData("chargeback", "chargedbackAt", "2026-09-14T12:30:00Z")]
    public void A_later_state_has_a_time_of_its_own(string name, string field, string time) => Mapped.Changed(
        Approved, root => (root["event"], root["data"]![field]) = (name, "2026-09-14T09:30:00.000000-03:00"), World.Now.AddDays(10))
        .Time.Time.ShouldBe(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("JoÃ£o da Silva", "João")]
    [InlineData("João da Silva", "João")]
    [InlineData("Ãngela Silva", "Ãngela")]
    public void Names_encoded_twice_are_read_back(string name, string first) =>
        Mapped.Changed(Approved, root => root["data"]!["customer"]!["name"] = name).Buyer.FirstName.ShouldBe(first);

    [Fact]
    public void The_discounted_amount_counts() => Mapped.Changed(Approved, static root =>
    {
        root["data"]!["baseAmount"] = 21.31;
        root["data"]!["amount"] = JsonNode.Parse("5.0");
    }).Money.AmountMinor.ShouldBe(500);

    [Theory]
    [InlineData("""{"event":"purchase_approved"}""")]
    [InlineData("""{"data":{}}""")]
    public void A_body_without_event_or_data_is_kept(string body) =>
        Mapped.Body("cakto", System.Text.Encoding.UTF8.GetBytes(body)).Fault!.Reason.ShouldBe("unmapped");
}
