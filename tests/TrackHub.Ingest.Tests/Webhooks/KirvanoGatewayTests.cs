using System.Text.Json.Nodes;
using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class KirvanoGatewayTests
{
    private const string Approved = "kirvano/sale_approved.json";

    [Theory]
    [InlineData("PIX_GENERATED", SaleKind.Pending)]
    [InlineData("BANK_SLIP_GENERATED", SaleKind.Pending)]
    [InlineData("PICPAY_GENERATED", SaleKind.Pending)]
    [InlineData("SALE_APPROVED", SaleKind.Approved)]
    [InlineData("SALE_REFUSED", SaleKind.Refused)]
    [InlineData("SALE_REFUNDED", SaleKind.Refunded)]
    [InlineData("REFUND", SaleKind.Refunded)]
    [InlineData("SALE_CHARGEBACK", SaleKind.Chargeback)]
    [InlineData("PIX_EXPIRED", SaleKind.Expired)]
    [InlineData("BANK_SLIP_EXPIRED", SaleKind.Expired)]
    [InlineData("PICPAY_EXPIRED", SaleKind.Expired)]
    [InlineData("ABANDONED_CART", SaleKind.CartAbandoned)]
    [InlineData("SUBSCRIPTION_RENEWED", SaleKind.Renewed)]
    [InlineData("SUBSCRIPTION_CANCELED", SaleKind.SubscriptionCanceled)]
    [InlineData("SUBSCRIPTION_EXPIRED", SaleKind.SubscriptionLate)]
    [InlineData("SUBSCRIPTION_OVERDUE", SaleKind.SubscriptionLate)]
    [InlineData("OVERDUE", SaleKind.SubscriptionLate)]
    [InlineData("sale.approved", SaleKind.Unmapped)]
    public void An_event_has_its_kind(string name, SaleKind kind) => Mapped.Changed(Approved, root => root["event"] = name).Kind.ShouldBe(kind);

    [Fact]
    public void A_sale_gives_everything_it_knows()
    {
        var sale = Mapped.Single("kirvano", Samples.Bytes(Approved));

        sale.Money.ShouldBe(new SaleMoney(16980, null, "BRL"));
        sale.ProductName.ShouldBe("Produto Exemplo");
        sale.Time.Time.ShouldBe(new(2026, 9, 10, 17, 4, 2, TimeSpan.Zero));
        sale.Buyer.Phones.ShouldBe(["5511900000001"]);
        sale.Tracking.UtmContent.ShouldBeNull();
    }

    [Fact]
    public void The_main_product_counts_not_the_bump() => Mapped.Changed(Approved, static root =>
    {
        root["products"]![0]!["is_order_bump"] = true;
        root["products"]![1]!["is_order_bump"] = false;
    }).ProductName.ShouldBe("Bônus Exemplo");

    [Fact]
    public void A_later_charge_is_a_renewal() =>
        Mapped.Changed(Approved, static root => root["plan"] = JsonNode.Parse("""{"name":"Mensal","charge_number":2}""")).Kind.ShouldBe(SaleKind.Renewed);

    [Fact]
    public void A_cart_is_known_by_its_checkout() => Mapped.Changed(Approved, static root =>
    {
        root["event"] = "ABANDONED_CART";
        root.AsObject().Remove("sale_id");
    }).SaleId.ShouldBe("EXMPCHK01");

    [Fact]
    public void An_amount_without_one_meaning_is_not_guessed() => Mapped.Body("kirvano", Mapped.Edit(Approved, static root => root["total_price"] = "R$ 1,698"))
        .Fault!.Reason.ShouldBe("amount_unreadable");
}
