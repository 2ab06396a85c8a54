using System.Text;
using System.Text.Json.Nodes;
using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class PerfectPayGatewayTests
{
    private const string Sale = "perfectpay/approved_card.json";

    [Theory]
    [InlineData(0, "none", SaleKind.Ignored)]
    [InlineData(1, "pending", SaleKind.Pending)]
    [InlineData(2, "approved", SaleKind.Approved)]
    [InlineData(3, "in_process", SaleKind.Pending)]
    [InlineData(4, "in_mediation", SaleKind.Dispute)]
    [InlineData(5, "rejected", SaleKind.Refused)]
    [InlineData(6, "cancelled", SaleKind.Canceled)]
    [InlineData(7, "refunded", SaleKind.Refunded)]
    [InlineData(8, "authorized", SaleKind.Pending)]
    [InlineData(9, "charged_back", SaleKind.Chargeback)]
    [InlineData(10, "completed", SaleKind.Completed)]
    [InlineData(11, "checkout_error", SaleKind.Canceled)]
    [InlineData(12, "precheckout", SaleKind.CartAbandoned)]
    [InlineData(13, "expired", SaleKind.Expired)]
    [InlineData(15, "cancelled_regenerated", SaleKind.Canceled)]
    [InlineData(16, "in_review", SaleKind.Ignored)]
    [InlineData(17, "pre_chargeback", SaleKind.Dispute)]
    [InlineData(18, "pre_refunded", SaleKind.RefundRequested)]
    [InlineData(19, "med", SaleKind.Refunded)]
    [InlineData(20, "pre_med", SaleKind.Dispute)]
    public void A_state_has_its_kind_as_number_as_text_and_by_key_alone(int number, string key, SaleKind kind)
    {
        var asNumber = Mapped.Changed(Sale, sale => (sale["sale_status_enum"], sale["sale_status_enum_key"]) = (number, "x"));
        var asText = Mapped.Changed(Sale, sale => (sale["sale_status_enum"], sale["sale_status_enum_key"]) = ($"{number}", null));
        var byKey = Mapped.Changed(Sale, sale => (sale["sale_status_enum"], sale["sale_status_enum_key"]) = (null, key));

        new[] { asNumber, asText, byKey }.ShouldAllBe(sale => sale.Kind == kind && sale.GatewayEvent == key);
    }

    [Fact]
    public void An_unknown_state_is_an_event_that_is_not_mapped()
    {
        var sale = Mapped.Changed(Sale, sale => (sale["sale_status_enum"], sale["sale_status_enum_key"]) = (99, null));

        (sale.Kind, sale.GatewayEvent).ShouldBe((SaleKind.Unmapped, "99"));
    }

    [Theory]
    [InlineData("""{"code":"S1","charges_made":2}""", SaleKind.Renewed, 2)]
    [InlineData("""{"code":"S1","charges_made":"1"}""", SaleKind.Approved, 1)]
    [InlineData("""{"code":"S1","charges_made":1,"status_event":"subscription_renewed"}""", SaleKind.Renewed, 1)]
    [InlineData("""{"code":"S1","charges_made":1,"status_event":"subscription_started"}""", SaleKind.Approved, 1)]
    [InlineData("null", SaleKind.Approved, null)]
    public void A_later_charge_is_a_renewal(string subscription, SaleKind kind, int? cycle)
    {
        var sale = Mapped.Changed(Sale, sale => sale["subscription"] = JsonNode.Parse(subscription));

        (sale.Kind, sale.Cycle).ShouldBe((kind, cycle));
    }

    [Theory]
    [InlineData(0, 0, PaymentMethod.Unknown)]
    [InlineData(1, 1, PaymentMethod.Card)]
    [InlineData(2, 2, PaymentMethod.Boleto)]
    [InlineData(3, 0, PaymentMethod.Other)]
    [InlineData(4, 6, PaymentMethod.Card)]
    [InlineData(5, 8, PaymentMethod.Other)]
    [InlineData(6, 1, PaymentMethod.Card)]
    [InlineData(7, 9, PaymentMethod.Pix)]
    [InlineData(8, 2, PaymentMethod.Boleto)]
    [InlineData(9, 0, PaymentMethod.Other)]
    [InlineData(10, 1, PaymentMethod.Other)]
    [InlineData(11, 1, PaymentMethod.Other)]
    [InlineData(12, 0, PaymentMethod.Other)]
    [InlineData(16, 0, PaymentMethod.Other)]
    [InlineData(0, 9, PaymentMethod.Pix)]
    [InlineData(0, 2, PaymentMethod.Boleto)]
    [InlineData(0, 3, PaymentMethod.Card)]
    [InlineData(0, 4, PaymentMethod.Card)]
    [InlineData(0, 5, PaymentMethod.Card)]
    [InlineData(0, 7, PaymentMethod.Card)]
    [InlineData(0, 8, PaymentMethod.Other)]
    [InlineData(0, 10, PaymentMethod.Card)]
    [InlineData(0, 11, PaymentMethod.Card)]
    [InlineData(0, 12, PaymentMethod.Card)]
    [InlineData(0, 13, PaymentMethod.Card)]
    [InlineData(0, 14, PaymentMethod.Card)]
    public void Payment_type_then_method_tell_how_the_buyer_pays(int type, int method, PaymentMethod expected) =>
        Mapped.Changed(Sale, sale => (sale["payment_type_enum"], sale["payment_method_enum"]) = (type, method)).Method.ShouldBe(expected);

    [Fact]
    public void A_sale_gives_everything_it_knows()
    {
        var sale = Mapped.Single("perfectpay", Samples.Bytes(Sale));

        sale.Money.ShouldBe(new SaleMoney(3990, 3571, "BRL"));
        sale.OfferId.ShouldBe("PPLQQEX01");
        sale.ProductId.ShouldBe("PPPBEX01");
        sale.Installments.ShouldBe(3);
        sale.Time.Time.ShouldBe(new DateTimeOffset(2026, 9, 10, 17, 4, 2, TimeSpan.Zero));
        sale.Buyer.Ip.ShouldBe("203.0.113.10");
        sale.Buyer.UserAgent.ShouldStartWith("Mozilla/5.0");
        sale.Buyer.Phones.ShouldBe(["+55(11) 90000-0001"]);
    }

    [Fact]
    public void A_later_state_happens_when_it_is_told() =>
        Mapped.Single("perfectpay", Samples.Bytes("perfectpay/refunded.json"), World.Now.AddDays(20)).Time.Time.ShouldBe(World.Now.AddDays(20));

    [Theory]
    [InlineData("\"BRL\"", "1", "BRL", 3990)]
    [InlineData("null", "2", "USD", 3990)]
    [InlineData("null", "\"3\"", "EUR", 3990)]
    [InlineData("\"clp\"", "1", "CLP", 40)]
    [InlineData("null", "null", "BRL", 3990)]
    public void The_currency_is_its_key_then_its_number_then_the_brands(string key, string number, string currency, long minor)
    {
        var sale = Mapped.Changed(Sale, sale =>
        {
            sale["currency_enum_key"] = JsonNode.Parse(key);
            sale["currency_enum"] = JsonNode.Parse(number);
        });

        (sale.Money.Currency, sale.Money.AmountMinor).ShouldBe((currency, minor));
    }

    [Theory]
    [InlineData("1.297,50")]
    [InlineData("R$ 39,90")]
    [InlineData("39,90")]
    public void A_formatted_amount_is_not_guessed(string amount) =>
        Mapped.Body("perfectpay", Mapped.Edit(Sale, sale => sale["sale_amount"] = amount)).Fault!.Reason.ShouldBe("amount_unreadable");

    [Theory]
    [InlineData(null, "55", "11", "900000001", "+5511900000001")]
    [InlineData(null, "+351", "91", "2345678", "+351912345678")]
    [InlineData(null, null, "11", "900000001", "+5511900000001")]
    [InlineData(null, null, null, null, "(11) 90000-0001")]
    public void A_phone_comes_from_the_best_source_there_is(string? ddi, string? extension, string? area, string? number, string expected) =>
        Mapped.Changed(Sale, sale =>
        {
            var customer = sale["customer"]!;
            (customer["phone_formated_ddi"], customer["phone_extension"]) = (ddi, extension);
            (customer["phone_area_code"], customer["phone_number"]) = (area, number);
        }).Buyer.Phones.ShouldBe([expected]);

    [Theory]
    [InlineData("utm_perfect")]
    [InlineData("sck")]
    [InlineData("src")]
    [InlineData("utm_content")]
    [InlineData("ref")]
    public void The_click_id_is_found_in_every_field_of_metadata(string field) =>
        Mapped.Changed(Sale, sale => sale["metadata"] = new JsonObject { ["x"] = 1, [field] = "TH_0000000000000000000000000A" })
            .Tracking.ClickId.ShouldBe("th_0000000000000000000000000a");

    [Fact]
    public void The_recommended_carrier_wins_over_an_older_one() =>
        Mapped.Changed(Sale, sale => sale["metadata"] = new JsonObject
        {
            ["src"] = "th_0000000000000000000000000a",
            ["utm_perfect"] = "th_0000000000000000000000000b",
        }).Tracking.ClickId.ShouldBe("th_0000000000000000000000000b");

    [Fact]
    public void A_body_without_state_is_unmapped() =>
        Mapped.Body("perfectpay", Encoding.UTF8.GetBytes("""{"token":"x","code":"y"}""")).Fault!.Reason.ShouldBe("unmapped");
}
