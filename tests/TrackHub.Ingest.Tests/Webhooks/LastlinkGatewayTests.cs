using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class LastlinkGatewayTests
{
    private const string Confirmed = "lastlink/purchase_order_confirmed.json";

    [Theory]
    [InlineData("Abandoned_Cart", SaleKind.CartAbandoned)]
    [InlineData("Purchase_Request_Confirmed", SaleKind.Pending)]
    [InlineData("Purchase_Request_Canceled", SaleKind.Canceled)]
    [InlineData("Purchase_Request_Expired", SaleKind.Expired)]
    [InlineData("Purchase_Order_Confirmed", SaleKind.Approved)]
    [InlineData("Recurrent_Payment", SaleKind.Renewed)]
    [InlineData("Payment_Refund", SaleKind.Refunded)]
    [InlineData("Payment_Chargeback", SaleKind.Chargeback)]
    [InlineData("Subscription_Canceled", SaleKind.SubscriptionCanceled)]
    [InlineData("Subscription_Expired", SaleKind.SubscriptionCanceled)]
    [InlineData("Product_Access_Started", SaleKind.Ignored)]
    [InlineData("Product_Access_Ended", SaleKind.Ignored)]
    [InlineData("Something_New", SaleKind.Unmapped)]
    public void An_event_has_its_kind(string name, SaleKind kind) => Mapped.Changed(Confirmed, root => root["Event"] = name).Kind.ShouldBe(kind);

    [Fact]
    public void A_confirmation_of_a_later_cycle_is_a_renewal() =>
        Mapped.Changed(Confirmed, static root => root["Data"]!["Purchase"]!["Recurrency"] = 2).Kind.ShouldBe(SaleKind.Renewed);

    [Fact]
    public void A_sale_gives_everything_it_knows()
    {
        var sale = Mapped.Single("lastlink", Samples.Bytes(Confirmed));

        sale.DeliveryId.ShouldBe("20000000-0000-4000-8000-000000003001");
        sale.Money.ShouldBe(new SaleMoney(19700, null, "BRL"));
        sale.Method.ShouldBe(PaymentMethod.Card);
        sale.Tracking.UtmSource.ShouldBe("FB");
        sale.Buyer.Phones.ShouldBe(["+5511900000001"]);
        sale.Time.Time.ShouldBe(new(2026, 9, 10, 17, 4, 2, TimeSpan.Zero));
    }

    [Fact]
    public void The_test_button_is_marked() => Mapped.Changed(Confirmed, static root => root["IsTest"] = true).Test.ShouldBeTrue();
}
