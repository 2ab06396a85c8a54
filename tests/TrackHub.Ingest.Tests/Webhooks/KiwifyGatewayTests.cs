using System.Text;
using System.Text.Json.Nodes;
using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class KiwifyGatewayTests
{
    private const string Order = "kiwify/order_approved_card.json";

    [Theory]
    [InlineData("billet_created", "waiting_payment", SaleKind.Pending, PaymentMethod.Boleto)]
    [InlineData("boleto_gerado", "waiting_payment", SaleKind.Pending, PaymentMethod.Boleto)]
    [InlineData("pix_created", "waiting_payment", SaleKind.Pending, PaymentMethod.Pix)]
    [InlineData("pix_gerado", "waiting_payment", SaleKind.Pending, PaymentMethod.Pix)]
    [InlineData("order_rejected", "refused", SaleKind.Refused, PaymentMethod.Card)]
    [InlineData("compra_recusada", "refused", SaleKind.Refused, PaymentMethod.Card)]
    [InlineData("order_approved", "paid", SaleKind.Approved, PaymentMethod.Card)]
    [InlineData("compra_aprovada", "paid", SaleKind.Approved, PaymentMethod.Card)]
    [InlineData("order_paid", "paid", SaleKind.Approved, PaymentMethod.Card)]
    [InlineData("order_refunded", "refunded", SaleKind.Refunded, PaymentMethod.Card)]
    [InlineData("compra_reembolsada", "refunded", SaleKind.Refunded, PaymentMethod.Card)]
    [InlineData("chargeback", "chargedback", SaleKind.Chargeback, PaymentMethod.Card)]
    [InlineData("subscription_canceled", "paid", SaleKind.SubscriptionCanceled, PaymentMethod.Card)]
    [InlineData("subscription_late", "paid", SaleKind.SubscriptionLate, PaymentMethod.Card)]
    [InlineData("subscription_renewed", "paid", SaleKind.Renewed, PaymentMethod.Card)]
    [InlineData("Order Approved", "paid", SaleKind.Approved, PaymentMethod.Card)]
    [InlineData("order-approved", "paid", SaleKind.Approved, PaymentMethod.Card)]
    public void An_event_has_its_kind(string name, string status, SaleKind kind, PaymentMethod method)
    {
        var sale = Mapped.Changed(Order, order =>
        {
            order["webhook_event_type"] = name;
            order["order_status"] = status;
        });

        sale.Kind.ShouldBe(kind);
        sale.Method.ShouldBe(method);
        sale.GatewayEvent.ShouldBe(name);
    }

    [Theory]
    [InlineData("waiting_payment", SaleKind.Pending)]
    [InlineData("refused", SaleKind.Refused)]
    [InlineData("paid", SaleKind.Approved)]
    [InlineData("approved", SaleKind.Approved)]
    [InlineData("refunded", SaleKind.Refunded)]
    [InlineData("chargedback", SaleKind.Chargeback)]
    [InlineData("pending_refund", SaleKind.RefundRequested)]
    [InlineData("refund_requested", SaleKind.RefundRequested)]
    [InlineData("canceled", SaleKind.Canceled)]
    [InlineData("something_new", SaleKind.Unmapped)]
    public void The_status_stands_in_for_an_unknown_or_missing_event(string status, SaleKind kind)
    {
        Mapped.Changed(Order, order => (order["webhook_event_type"], order["order_status"]) = ("new_event", status)).Kind.ShouldBe(kind);
        Mapped.Changed(Order, order => (order["webhook_event_type"], order["order_status"]) = (null, status)).Kind.ShouldBe(kind);
    }

    [Theory]
    [InlineData("pix", PaymentMethod.Pix)]
    [InlineData("boleto", PaymentMethod.Boleto)]
    [InlineData("credit_card", PaymentMethod.Card)]
    [InlineData("apple_pay", PaymentMethod.Other)]
    [InlineData("", PaymentMethod.Unknown)]
    public void A_payment_method_has_its_kind(string text, PaymentMethod method) =>
        Mapped.Changed(Order, order => order["payment_method"] = text).Method.ShouldBe(method);

    [Fact]
    public void An_approval_with_another_completed_order_is_a_renewal()
    {
        var first = Mapped.Changed(Order, order => order["Subscription"] = Subscription(order["order_id"]!.GetValue<string>()));
        var second = Mapped.Changed(Order, order => order["Subscription"] = Subscription("another", order["order_id"]!.GetValue<string>()));
        var onlyOther = Mapped.Changed(Order, order => order["Subscription"] = Subscription("another"));

        (first.Kind, first.Cycle).ShouldBe((SaleKind.Approved, 1));
        (second.Kind, second.Cycle).ShouldBe((SaleKind.Renewed, 2));
        onlyOther.Kind.ShouldBe(SaleKind.Renewed);
        first.OfferId.ShouldBe("plan-1");
    }

    [Fact]
    public void An_order_gives_everything_it_knows()
    {
        var sale = Mapped.Single("kiwify", Samples.Bytes(Order));

        sale.Reference.ShouldBe("Exmp001");
        sale.Money.ShouldBe(new SaleMoney(19700, 17730, "BRL"));
        sale.ProductName.ShouldBe("Curso Exemplo de Tráfego");
        sale.Installments.ShouldBe(1);
        sale.Time.Time.ShouldBe(new DateTimeOffset(2026, 9, 10, 17, 4, 0, TimeSpan.Zero));
        sale.Buyer.FirstName.ShouldBe("Compradora");
        sale.Buyer.LastName.ShouldBe("Exemplo da Silva");
        sale.Buyer.City.ShouldBe("São Paulo");
        sale.Buyer.Ip.ShouldBe("203.0.113.10");
        sale.Buyer.UserAgent.ShouldBeNull();
        sale.Tracking.UtmCampaign.ShouldBe("campanha-exemplo|120200000000000001");
    }

    [Fact]
    public void A_refund_has_its_own_time()
    {
        var sale = Mapped.Single("kiwify", Samples.Bytes("kiwify/order_refunded.json"), World.Now.AddDays(10));

        sale.Time.Time.ShouldBe(new DateTimeOffset(2026, 9, 14, 12, 30, 0, TimeSpan.Zero));
    }

    [Fact]
    public void An_array_of_carts_becomes_one_event_each()
    {
        var cart = JsonNode.Parse(Samples.Bytes("kiwify/cart_abandoned.json"))!;
        var other = cart.DeepClone();
        other["id"] = "exmpsessao0000002";
        var body = Encoding.UTF8.GetBytes(new JsonArray(cart.DeepClone(), other).ToJsonString());

        var mapping = Mapped.Body("kiwify", body);

        mapping.Fault.ShouldBeNull();
        mapping.Events.Select(static sale => sale.SaleId).ShouldBe(["exmpsessao0000001", "exmpsessao0000002"]);
        mapping.Events.ShouldAllBe(static sale => sale.Kind == SaleKind.CartAbandoned);
    }

    [Fact]
    public void A_strange_element_does_not_hold_back_its_neighbours()
    {
        var body = Encoding.UTF8.GetBytes($"[{Encoding.UTF8.GetString(Samples.Bytes("kiwify/cart_abandoned.json"))}, 1]");

        var mapping = Mapped.Body("kiwify", body);

        mapping.Events.Count.ShouldBe(1);
        mapping.Fault!.Reason.ShouldBe("unmapped");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("""{"order":{}}""")]
    [InlineData("""{"status":"something"}""")]
    public void A_body_without_event_is_unmapped(string body) =>
        Mapped.Body("kiwify", Encoding.UTF8.GetBytes(body)).Fault!.Reason.ShouldBe("unmapped");

    [Theory]
    [InlineData("\"197.00\"")]
    [InlineData("197.5")]
    [InlineData("1e999")]
    [InlineData("-1")]
    [InlineData("{}")]
    [InlineData("true")]
    public void An_amount_that_is_not_whole_cents_is_not_guessed(string amount) =>
        Mapped.Body("kiwify", Mapped.Edit(Order, order => order["Commissions"]!["charge_amount"] = "AMOUNT").Replace("\"AMOUNT\"", amount))
            .Fault!.Reason.ShouldBe("amount_unreadable");

    [Fact]
    public void An_approval_without_amount_or_sale_id_waits_for_somebody_to_look()
    {
        Mapped.Body("kiwify", Mapped.Edit(Order, order => order["Commissions"] = null)).Fault!.Reason.ShouldBe("amount_missing");
        Mapped.Body("kiwify", Mapped.Edit(Order, order => order["order_id"] = " ")).Fault!.Reason.ShouldBe("sale_id_missing");
    }

    [Fact]
    public void A_free_sale_is_a_sale_of_zero() =>
        Mapped.Changed(Order, order => order["Commissions"]!["charge_amount"] = 0).Money.AmountMinor.ShouldBe(0);

    [Theory]
    [InlineData("JPY", 197)]
    [InlineData("USD", 19700)]
    [InlineData("KWD", 197000)]
    public void Cents_become_the_currencys_minor_units(string currency, long minor) =>
        Mapped.Changed(Order, order => order["Commissions"]!["currency"] = currency).Money.AmountMinor.ShouldBe(minor);

    [Fact]
    public void The_test_button_is_recognised()
    {
        Mapped.Changed(Order, order => order["Customer"]!["email"] = "johndoe@example.com").Test.ShouldBeTrue();
        Mapped.Changed(Order, order => order["Product"]!["product_name"] = "Example product").Test.ShouldBeTrue();
        Mapped.Changed(Order, order => order["Commissions"]!["commissioned_stores"]![0]!["email"] = "example@store.domain").Test.ShouldBeTrue();
        Mapped.Changed(Order, order => order["Customer"]!["full_name"] = "John Doe").Test.ShouldBeFalse();
    }

    [Theory]
    [InlineData("src")]
    [InlineData("sck")]
    [InlineData("s1")]
    [InlineData("s2")]
    [InlineData("s3")]
    [InlineData("utm_source")]
    [InlineData("utm_term")]
    [InlineData("utm_id")]
    public void The_click_id_is_found_in_every_tracking_field(string field) =>
        Mapped.Changed(Order, order => order["TrackingParameters"] = new JsonObject { ["other"] = "x", [field] = "a|th_00000000000000000000000009|b" })
            .Tracking.ClickId.ShouldBe("th_00000000000000000000000009");

    [Fact]
    public void The_wrapper_is_unwrapped_whatever_step_proved_it() =>
        Mapped.Single("kiwify", Samples.Bytes("kiwify/wrapped_order_approved.json")).SaleId.ShouldBe("00000000-0000-4000-8000-000000000009");

    private static JsonObject Subscription(params string[] completed) => new()
    {
        ["id"] = "sub-1",
        ["plan"] = new JsonObject { ["id"] = "plan-1", ["name"] = "Plano" },
        ["charges"] = new JsonObject
        {
            ["completed"] = new JsonArray([.. completed.Select(static id => (JsonNode)new JsonObject { ["order_id"] = id, ["status"] = "paid" })]),
        },
    };
}
