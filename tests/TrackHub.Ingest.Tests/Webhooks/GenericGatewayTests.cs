using System.Text.Json.Nodes;
using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class GenericGatewayTests
{
    private const string Approved = "generic/approved.json";

    public static TheoryData<SaleKind> Kinds => [.. Enum.GetValues<SaleKind>().Where(static kind => kind is not SaleKind.Unmapped)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_event_is_named_as_its_kind(SaleKind kind) => Mapped.Changed(Approved, root => root["event"] = kind.ToSymbol()).Kind.ShouldBe(kind);

    [Theory]
    [InlineData("unmapped")]
    [InlineData("Approved")]
    [InlineData("paid")]
    public void Another_word_is_unmapped(string name) => Mapped.Changed(Approved, root => root["event"] = name).Kind.ShouldBe(SaleKind.Unmapped);

    [Fact]
    public void A_sale_gives_everything_it_knows()
    {
        var sale = Mapped.Changed(Approved, static root =>
        {
            root["sale"]!["net"] = "180.50";
            root["sale"]!["installments"] = 3;
            root["sale"]!["subscription_id"] = "sub-1";
            root["sale"]!["cycle"] = 2;
            root["sale"]!["coupon"] = "BEMVINDA";
            root["product"]!["offer_id"] = "lote-2";
            root["buyer"]!["ip"] = "203.0.113.10";
            root["tracking"]!["fbp"] = "fb.1.1789059600000.1000000001";
        });

        sale.DeliveryId.ShouldBe("del-0001");
        sale.Money.ShouldBe(new SaleMoney(19700, 18050, "BRL"));
        (sale.Installments, sale.SubscriptionId, sale.Cycle, sale.Coupon, sale.OfferId).ShouldBe((3, "sub-1", 2, "BEMVINDA", "lote-2"));
        sale.Time.Time.ShouldBe(new(2026, 9, 10, 17, 4, 2, TimeSpan.Zero));
        sale.Buyer.Ip.ShouldBe("203.0.113.10");
        sale.Tracking.Fbp.ShouldBe("fb.1.1789059600000.1000000001");
        sale.Tracking.UtmSource.ShouldBe("FB");
    }

    [Fact]
    public void A_test_is_marked_by_true_alone()
    {
        Mapped.Changed(Approved, static root => root["test"] = true).Test.ShouldBeTrue();
        Mapped.Changed(Approved, static root => root["test"] = "true").Test.ShouldBeFalse();
    }

    [Fact]
    public void A_paid_sale_without_id_or_amount_is_not_guessed()
    {
        Fault(static root => root["sale"]!["id"] = null).ShouldBe("sale_id_missing");
        Fault(static root => root["sale"]!["amount"] = null).ShouldBe("amount_missing");
        Fault(static root => root["sale"]!["amount"] = "197,00").ShouldBe("amount_unreadable");
        Fault(static root => root["event"] = null).ShouldBe("unmapped");
    }

    private static string Fault(Action<JsonNode> change) => Mapped.Body("generic", Mapped.Edit(Approved, change)).Fault!.Reason;
}
