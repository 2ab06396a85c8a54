using System.Text.Json.Nodes;
using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class TictoGatewayTests
{
    private const string Authorized = "ticto/authorized.json";

    [Theory]
    [InlineData("waiting_payment", SaleKind.Pending)]
    [InlineData("pix_created", SaleKind.Pending)]
    [InlineData("bank_slip_created", SaleKind.Pending)]
    [InlineData("authorized", SaleKind.Approved)]
    [InlineData("refused", SaleKind.Refused)]
    [InlineData("pix_expired", SaleKind.Expired)]
    [InlineData("bank_slip_delayed", SaleKind.Expired)]
    [InlineData("refunded", SaleKind.Refunded)]
    [InlineData("claimed", SaleKind.RefundRequested)]
    [InlineData("chargeback", SaleKind.Chargeback)]
    [InlineData("abandoned_cart", SaleKind.CartAbandoned)]
    [InlineData("subscription_canceled", SaleKind.SubscriptionCanceled)]
    [InlineData("subscription_delayed", SaleKind.SubscriptionLate)]
    [InlineData("all_charges_paid", SaleKind.SubscriptionChanged)]
    [InlineData("extended", SaleKind.SubscriptionChanged)]
    [InlineData("uncanceled", SaleKind.SubscriptionChanged)]
    [InlineData("card_exchanged", SaleKind.SubscriptionChanged)]
    [InlineData("trial", SaleKind.SubscriptionChanged)]
    [InlineData("trial_started", SaleKind.SubscriptionChanged)]
    [InlineData("trial_ended", SaleKind.SubscriptionChanged)]
    [InlineData("close", SaleKind.SubscriptionChanged)]
    [InlineData("something_new", SaleKind.Unmapped)]
    public void A_status_has_its_kind(string status, SaleKind kind) => Mapped.Changed(Authorized, root => root["status"] = status).Kind.ShouldBe(kind);

    [Fact]
    public void A_later_charge_is_a_renewal() => Mapped.Changed(Authorized, static root =>
        root["subscriptions"] = JsonNode.Parse("""[{"id":7,"successful_charges":2}]""")).Kind.ShouldBe(SaleKind.Renewed);

    [Fact]
    public void An_order_gives_everything_it_knows()
    {
        var sale = Mapped.Single("ticto", Samples.Bytes(Authorized));

        sale.Money.ShouldBe(new SaleMoney(19700, 18100, "BRL"));
        sale.Method.ShouldBe(PaymentMethod.Card);
        sale.OfferId.ShouldBe("EXMPOFF");
        sale.Time.Time.ShouldBe(new(2026, 9, 10, 17, 4, 2, TimeSpan.Zero));
        sale.Time.Zone.ShouldBe(ZoneChoice.SaoPaulo);
        sale.Tracking.UtmSource.ShouldBe("FB");
        sale.Tracking.UtmMedium.ShouldBeNull();
        sale.Buyer.Phones.ShouldBe(["+5511900000001"]);
        sale.Buyer.City.ShouldBe("São Paulo");
    }

    [Fact]
    public void A_mock_address_is_none()
    {
        var buyer = Mapped.Changed(Authorized, static root => root["customer"]!["address"]!["is_mock"] = true).Buyer;

        (buyer.City, buyer.State, buyer.Zip, buyer.Country).ShouldBe((null, null, null, null));
    }

    [Fact]
    public void Tracking_fields_count_before_the_links_own_parameters() => Mapped.Changed(Authorized, static root =>
    {
        root["tracking"]!["utm_source"] = "IG";
        root["tracking"]!["sck"] = "th_0000000000000000000000000007";
    }).Tracking.ShouldSatisfyAllConditions(
        static tracking => tracking.UtmSource.ShouldBe("IG"), static tracking => tracking.ClickId.ShouldBe("th_0000000000000000000000000007"));

    [Theory]
    [InlineData("""{"version":"1.0","status":"authorized"}""", "version_unsupported")]
    [InlineData("""{"version":"2.0"}""", "unmapped")]
    public void Another_version_is_kept_with_its_remedy(string body, string reason) =>
        Mapped.Body("ticto", System.Text.Encoding.UTF8.GetBytes(body)).Fault!.Reason.ShouldBe(reason);
}
