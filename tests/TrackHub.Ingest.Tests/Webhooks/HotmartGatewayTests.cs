using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TrackHub.Ingest.Webhooks;
using TrackHub.Ingest.Webhooks.Hotmart;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class HotmartGatewayTests
{
    private const string Purchase = "hotmart/purchase_approved_card_interest.json";

    [Theory]
    [InlineData("PURCHASE_BILLET_PRINTED", SaleKind.Pending)]
    [InlineData("PURCHASE_WAITING_PAYMENT", SaleKind.Pending)]
    [InlineData("PURCHASE_APPROVED", SaleKind.Approved)]
    [InlineData("PURCHASE_COMPLETE", SaleKind.Completed)]
    [InlineData("PURCHASE_CANCELED", SaleKind.Canceled)]
    [InlineData("PURCHASE_REFUSED", SaleKind.Refused)]
    [InlineData("PURCHASE_EXPIRED", SaleKind.Expired)]
    [InlineData("PURCHASE_DELAYED", SaleKind.SubscriptionLate)]
    [InlineData("PURCHASE_PROTEST", SaleKind.RefundRequested)]
    [InlineData("PURCHASE_REFUNDED", SaleKind.Refunded)]
    [InlineData("PURCHASE_CHARGEBACK", SaleKind.Chargeback)]
    [InlineData("PURCHASE_OUT_OF_SHOPPING_CART", SaleKind.CartAbandoned)]
    [InlineData("SUBSCRIPTION_CANCELLATION", SaleKind.SubscriptionCanceled)]
    [InlineData("SWITCH_PLAN", SaleKind.SubscriptionChanged)]
    [InlineData("UPDATE_SUBSCRIPTION_CHARGE_DATE", SaleKind.SubscriptionChanged)]
    [InlineData("CLUB_FIRST_ACCESS", SaleKind.Ignored)]
    [InlineData("CLUB_MODULE_COMPLETED", SaleKind.Ignored)]
    [InlineData("ORDER_FULFILLMENT", SaleKind.Ignored)]
    [InlineData("PURCHASE_SOMETHING_NEW", SaleKind.Unmapped)]
    public void An_event_has_its_kind(string name, SaleKind kind) =>
        Mapped.Changed(Purchase, root => root["event"] = name).Kind.ShouldBe(kind);

    [Fact]
    public void Details_refine_the_kind()
    {
        Mapped.Changed(Purchase, root => root["data"]!["purchase"]!["recurrence_number"] = 2).Kind.ShouldBe(SaleKind.Renewed);
        Mapped.Changed(Purchase, root => root["data"]!["purchase"]!["recurrence_number"] = "1").Kind.ShouldBe(SaleKind.Approved);
        Mapped.Changed(Purchase, root =>
        {
            root["event"] = "PURCHASE_REFUNDED";
            root["data"]!["purchase"]!["status"] = "PARTIALLY_REFUNDED";
        }).Kind.ShouldBe(SaleKind.PartiallyRefunded);
        Mapped.Changed(Purchase, root =>
        {
            root["event"] = "PURCHASE_CANCELED";
            root["data"]!["purchase"]!["payment"]!["refusal_reason"] = "Saldo insuficiente.";
        }).Kind.ShouldBe(SaleKind.Refused);
    }

    [Theory]
    [InlineData("PIX", PaymentMethod.Pix)]
    [InlineData("BILLET", PaymentMethod.Boleto)]
    [InlineData("FINANCED_BILLET", PaymentMethod.Boleto)]
    [InlineData("CREDIT_CARD", PaymentMethod.Card)]
    [InlineData("HOTCARD", PaymentMethod.Card)]
    [InlineData("CASH_PAYMENT", PaymentMethod.Other)]
    [InlineData("DIRECT_BANK_TRANSFER", PaymentMethod.Other)]
    [InlineData("DIRECT_DEBIT", PaymentMethod.Other)]
    [InlineData("ECHECK", PaymentMethod.Other)]
    [InlineData("FINANCED_INSTALLMENT", PaymentMethod.Other)]
    [InlineData("GOOGLE_PAY", PaymentMethod.Other)]
    [InlineData("HYBRID", PaymentMethod.Other)]
    [InlineData("MANUAL_TRANSFER", PaymentMethod.Other)]
    [InlineData("PAYPAL", PaymentMethod.Other)]
    [InlineData("PAYPAL_INTERNACIONAL", PaymentMethod.Other)]
    [InlineData("PICPAY", PaymentMethod.Other)]
    [InlineData("SAMSUNG_PAY", PaymentMethod.Other)]
    [InlineData("WALLET", PaymentMethod.Other)]
    [InlineData(null, PaymentMethod.Unknown)]
    public void A_payment_type_has_its_kind(string? type, PaymentMethod method) =>
        Mapped.Changed(Purchase, root => root["data"]!["purchase"]!["payment"]!["type"] = type).Method.ShouldBe(method);

    [Fact]
    public void A_purchase_gives_everything_it_knows()
    {
        var sale = Mapped.Single("hotmart", Samples.Bytes(Purchase));

        sale.DeliveryId.ShouldBe("10000000-0000-4000-8000-000000000001");
        sale.Money.ShouldBe(new SaleMoney(49700, 45922, "BRL"));
        sale.Installments.ShouldBe(12);
        sale.OfferId.ShouldBe("exmpofer");
        sale.Time.Time.ToUnixTimeMilliseconds().ShouldBe(1789059795000);
        sale.Buyer.LastName.ShouldBe("Exemplo da Silva");
        sale.Buyer.Country.ShouldBe("BR");
        sale.Buyer.Ip.ShouldBeNull();
        sale.Tracking.UtmSource.ShouldBeNull();
    }

    [Fact]
    public void A_refund_happens_when_it_is_told_not_when_the_sale_was_approved() =>
        Mapped.Single("hotmart", Samples.Bytes("hotmart/purchase_refunded.json"), World.Now.AddDays(10))
            .Time.Time.ToUnixTimeMilliseconds().ShouldBe(1789318990000);

    [Theory]
    [InlineData("4.97e2", 49700L)]
    [InlineData("999999999999.99", 99999999999999L)]
    [InlineData("0.1e1", 100L)]
    public void An_amount_is_exact_in_every_spelling(string value, long minor) =>
        Mapped.Changed(Purchase, root => root["data"]!["purchase"]!["price"]!["value"] = JsonNode.Parse(value)).Money.AmountMinor.ShouldBe(minor);

    [Theory]
    [InlineData("1e30")]
    [InlineData("-1")]
    [InlineData("497.LONGe2")]
    public void An_amount_that_is_none_is_never_guessed(string value)
    {
        value = value.Replace("LONG", new string('0', 600), StringComparison.Ordinal);
        var body = Mapped.Edit(Purchase, root => root["data"]!["purchase"]!["price"]!["value"] = JsonNode.Parse(value));

        Mapped.Body("hotmart", body).Fault!.Reason.ShouldBe("amount_unreadable");
    }

    [Fact]
    public void A_share_in_another_currency_is_no_net() =>
        Mapped.Changed(Purchase, root => root["data"]!["commissions"]![1]!["currency_value"] = "USD").Money.NetMinor.ShouldBeNull();

    [Fact]
    public void A_subscription_that_is_cancelled_names_subscriber_and_plan()
    {
        var sale = Mapped.Single("hotmart", """
            {"id":"d-1","creation_date":1789059830000,"event":"SUBSCRIPTION_CANCELLATION","version":"2.0.0","data":{
              "cancellation_date":1789059800000,"actual_recurrence_value":97,"product":{"id":1000001,"name":"Formação Exemplo"},
              "subscriber":{"code":"EXMPSUB1","name":"Compradora Exemplo","email":"comprador@example.com",
                "phone":{"dddPhone":"","phone":"","dddCell":"11","cell":"900000001"}},
              "subscription":{"id":5,"plan":{"id":77,"name":"Mensal"},"status":"CANCELLED_BY_CUSTOMER"}}}
            """u8.ToArray());

        sale.Kind.ShouldBe(SaleKind.SubscriptionCanceled);
        sale.SaleId.ShouldBeNull();
        sale.SubscriptionId.ShouldBe("EXMPSUB1");
        sale.OfferId.ShouldBe("77");
        sale.Time.Time.ToUnixTimeMilliseconds().ShouldBe(1789059800000);
        sale.Buyer.Phones.ShouldBe(["+5511900000001"]);
        sale.Money.AmountMinor.ShouldBeNull();
    }

    [Fact]
    public void A_changed_plan_names_the_one_that_counts_now()
    {
        var sale = Mapped.Single("hotmart", """
            {"id":"d-2","creation_date":1789059830000,"event":"SWITCH_PLAN","version":"2.0.0","data":{"switch_plan_date":1789059810000,
              "subscription":{"subscriber_code":"EXMPSUB2","status":"ACTIVE","product":{"id":1000001,"name":"Formação"},"user":{"email":"comprador@example.com"}},
              "plans":[{"id":1,"name":"A","offer":{"key":"oa"},"current":false},{"id":2,"name":"B","offer":{"key":"ob"},"current":true}]}}
            """u8.ToArray());

        sale.SubscriptionId.ShouldBe("EXMPSUB2");
        sale.OfferId.ShouldBe("ob");
        sale.ProductId.ShouldBe("1000001");
        sale.Buyer.Emails.ShouldBe(["comprador@example.com"]);
    }

    [Theory]
    [InlineData("""{"version":"1.0.0","event":"PURCHASE_APPROVED","data":{}}""", "version_unsupported")]
    [InlineData("""{"prod":"1","email":"comprador@example.com","status":"approved"}""", "unmapped")]
    [InlineData("""{"version":"2.0.0","event":"PURCHASE_APPROVED"}""", "unmapped")]
    [InlineData("[]", "unmapped")]
    public void Another_version_is_refused_with_its_remedy(string body, string reason)
    {
        var fault = Mapped.Body("hotmart", Encoding.UTF8.GetBytes(body)).Fault;

        fault!.Reason.ShouldBe(reason);
        fault.Detail.ShouldContain("2.0.0");
    }

    [Theory]
    [InlineData("""{"id":0}""")]
    [InlineData("""{"id":"0"}""")]
    [InlineData("""{"id":5,"name":"Produto test postback2"}""")]
    public void The_test_buttons_product_is_recognised(string product) =>
        Mapped.Changed(Purchase, root => root["data"]!["product"] = JsonNode.Parse(product)).Test.ShouldBeTrue();

    [Fact]
    public void The_test_buttons_sale_and_buyer_are_recognised()
    {
        Mapped.Changed(Purchase, root => root["data"]!["purchase"]!["transaction"] = "HP16015479281022").Test.ShouldBeTrue();
        Mapped.Changed(Purchase, root => root["data"]!["buyer"]!["email"] = "testeComprador271101postman15@example.com").Test.ShouldBeTrue();
    }

    [Theory]
    [InlineData("5511900000001", "11", "BR", "+5511900000001")]
    [InlineData("551130000000", null, "BR", "+551130000000")]
    [InlineData("11900000001", null, "BR", "+5511900000001")]
    [InlineData("1130000000", "55", "BR", "+551130000000")]
    [InlineData("900000001", "11", "BR", "+5511900000001")]
    [InlineData("30000000", "11", "br", "+551130000000")]
    [InlineData("(11) 90000-0001", null, null, "+5511900000001")]
    [InlineData("900000001", "999999999", "BR", null)]
    [InlineData("99999999900", "999999999", "BR", null)]
    [InlineData("00000000000", "11", "BR", null)]
    [InlineData("123", "11", "BR", null)]
    [InlineData("", "11", "BR", null)]
    [InlineData(null, null, null, null)]
    [InlineData("912345678", "351", "PT", "+351912345678")]
    [InlineData("351912345678", "351", "PT", "+351912345678")]
    [InlineData("351912345678", null, "PT", "+351912345678")]
    [InlineData("912345678", null, "PT", "+351912345678")]
    [InlineData("912345678", "999999999", "PT", "+351912345678")]
    [InlineData("1123456789", "11", "AR", "+541123456789")]
    [InlineData("912345678", null, "LU", null)]
    [InlineData("352621123456", null, "LU", "+352621123456")]
    [InlineData("621123456", "352", "LU", "+352621123456")]
    public void A_phone_is_made_international_or_dropped(string? phone, string? code, string? country, string? expected) =>
        HotmartPhone.Of(phone, code, country).ShouldBe(expected);

    [Theory]
    [InlineData(World.Hottok, null, "header")]
    [InlineData(" " + World.Hottok + " ", null, "header")]
    [InlineData(null, World.Hottok, "body")]
    [InlineData("wrong-token-000000", World.Hottok, null)]
    [InlineData("", World.Hottok, null)]
    [InlineData(null, null, null)]
    public void The_header_decides_and_the_body_stands_in_for_it(string? header, string? body, string? proof)
    {
        var headers = new HeaderDictionary();
        if (header is not null)
            headers["x-hotmart-hottok"] = header;
        using var webhook = new Webhook(Encoding.UTF8.GetBytes(new JsonObject { ["hottok"] = body }.ToJsonString()), headers, QueryCollection.Empty, World.Now);

        new HotmartGateway().Verify(webhook, [Encoding.UTF8.GetBytes(World.Hottok)]).Step.ShouldBe(proof);
    }
}
