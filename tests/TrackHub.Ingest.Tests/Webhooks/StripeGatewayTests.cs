using System.Text.Json.Nodes;
using TrackHub.Ingest.Webhooks;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tests.Webhooks;

public sealed class StripeGatewayTests
{
    private const string Session = "stripe/checkout_session_completed_paid.json";
    private const string Refund = "stripe/charge_refunded.json";

    [Theory]
    [InlineData("checkout.session.completed", "paid", SaleKind.Approved)]
    [InlineData("checkout.session.completed", "no_payment_required", SaleKind.Approved)]
    [InlineData("checkout.session.completed", "unpaid", SaleKind.Pending)]
    [InlineData("checkout.session.async_payment_succeeded", "paid", SaleKind.Approved)]
    [InlineData("checkout.session.async_payment_failed", "unpaid", SaleKind.Refused)]
    [InlineData("checkout.session.expired", "unpaid", SaleKind.CartAbandoned)]
    [InlineData("payment_intent.succeeded", null, SaleKind.Ignored)]
    [InlineData("payment_intent.created", null, SaleKind.Ignored)]
    [InlineData("charge.succeeded", null, SaleKind.Ignored)]
    [InlineData("charge.updated", null, SaleKind.Ignored)]
    [InlineData("charge.dispute.created", null, SaleKind.Chargeback)]
    [InlineData("customer.created", null, SaleKind.Ignored)]
    [InlineData("customer.updated", null, SaleKind.Ignored)]
    [InlineData("customer.subscription.created", null, SaleKind.Ignored)]
    [InlineData("customer.subscription.updated", null, SaleKind.SubscriptionChanged)]
    [InlineData("customer.subscription.deleted", null, SaleKind.SubscriptionCanceled)]
    [InlineData("invoice.payment_failed", null, SaleKind.SubscriptionLate)]
    [InlineData("invoice.payment_succeeded", null, SaleKind.Ignored)]
    [InlineData("invoice.created", null, SaleKind.Ignored)]
    [InlineData("invoice.finalized", null, SaleKind.Ignored)]
    [InlineData("terminal.reader.action_failed", null, SaleKind.Unmapped)]
    public void A_type_has_its_kind(string type, string? paymentStatus, SaleKind kind) => Mapped.Changed(Session, root =>
    {
        root["type"] = type;
        root["data"]!["object"]!["payment_status"] = paymentStatus;
    }).Kind.ShouldBe(kind);

    [Theory]
    [InlineData("subscription_create", SaleKind.Approved)]
    [InlineData("subscription_cycle", SaleKind.Renewed)]
    [InlineData("manual", SaleKind.Approved)]
    [InlineData("subscription_update", SaleKind.Ignored)]
    public void An_invoice_is_what_it_was_made_for(string reason, SaleKind kind) => Invoice(reason).Kind.ShouldBe(kind);

    [Fact]
    public void A_session_gives_everything_it_knows()
    {
        var sale = Mapped.Single("stripe", Samples.Bytes(Session));

        sale.DeliveryId.ShouldBe("evt_exmp00000000000000000001");
        sale.SaleId.ShouldBe("pi_exmp0001");
        sale.Time.Time.ToUnixTimeSeconds().ShouldBe(1789059842);
        sale.Method.ShouldBe(PaymentMethod.Card);
        sale.Buyer.Emails.ShouldBe(["comprador@example.com"]);
        sale.Buyer.City.ShouldBe("São Paulo");
        sale.Buyer.Country.ShouldBe("BR");
        sale.Test.ShouldBeFalse();
    }

    [Fact]
    public void The_first_payment_of_a_subscription_is_one_sale_whoever_tells_it()
    {
        var session = Mapped.Changed(Session, root =>
        {
            var told = root["data"]!["object"]!;
            (told["mode"], told["payment_intent"], told["subscription"]) = ("subscription", null, "sub_exmp1");
        });

        session.SaleId.ShouldBe("sub_exmp1");
        Invoice("subscription_create", invoice => invoice["subscription"] = "sub_exmp1").SaleId.ShouldBe("sub_exmp1");
        Invoice("subscription_create", invoice => invoice["parent"] = JsonNode.Parse("""{"subscription_details":{"subscription":"sub_exmp1"}}"""))
            .SaleId.ShouldBe("sub_exmp1");
    }

    [Fact]
    public void A_renewal_is_the_sale_of_its_payment()
    {
        Invoice("subscription_cycle", static invoice => invoice["payment_intent"] = "pi_2").SaleId.ShouldBe("pi_2");
        Invoice("subscription_cycle", static invoice => invoice["payments"] = JsonNode.Parse("""{"data":[{"payment":{"payment_intent":"pi_3"}}]}"""))
            .SaleId.ShouldBe("pi_3");
        Invoice("subscription_cycle").SaleId.ShouldBe("in_exmp1");
        Invoice("subscription_cycle").Money.ShouldBe(new SaleMoney(9700, null, "BRL"));
        Invoice("subscription_cycle").Buyer.Emails.ShouldBe(["comprador@example.com"]);
    }

    [Fact]
    public void Every_event_of_a_payment_tells_all_names_it_knows_of_the_sale()
    {
        Mapped.Changed(Session, static root =>
        {
            var told = root["data"]!["object"]!;
            (told["payment_intent"], told["subscription"], told["invoice"]) = (null, "sub_exmp1", "in_exmp1");
        }).Names.ShouldBe(["sub_exmp1", "in_exmp1"]);
        Invoice("subscription_create", static invoice => (invoice["subscription"], invoice["payment_intent"]) = ("sub_exmp1", "pi_exmp1")).Names
            .ShouldBe(["sub_exmp1", "in_exmp1", "pi_exmp1"]);
        Invoice("subscription_cycle", static invoice => (invoice["subscription"], invoice["payment_intent"]) = ("sub_exmp1", "pi_exmp2")).Names
            .ShouldBe(["pi_exmp2", "in_exmp1"], "a renewal is not the sale that the subscription names");
        Invoice("subscription_update").Names.ShouldBeEmpty();
        Mapped.Single("stripe", Samples.Bytes(Refund)).Names.ShouldBe(["pi_exmp0001"]);
        Mapped.Changed(Refund, static root => root["data"]!["object"]!["invoice"] = "in_exmp1").Names.ShouldBe(["pi_exmp0001", "in_exmp1"]);

        var link = Mapped.Changed(Refund, static root => (root["type"], root["data"]!["object"]) = (
            "invoice_payment.paid", JsonNode.Parse("""{"id":"inpay_exmp1","invoice":"in_exmp1","payment":{"type":"payment_intent","payment_intent":"pi_exmp1"}}""")));
        (link.Kind, link.SaleId).ShouldBe((SaleKind.Ignored, "in_exmp1"));
        link.Names.ShouldBe(["in_exmp1", "pi_exmp1"]);
    }

    [Theory]
    [InlineData(19700, SaleKind.Refunded)]
    [InlineData(5000, SaleKind.PartiallyRefunded)]
    public void A_refund_is_whole_or_partial(int refunded, SaleKind kind) =>
        Mapped.Changed(Refund, root => root["data"]!["object"]!["amount_refunded"] = refunded).Kind.ShouldBe(kind);

    [Theory]
    [InlineData("jpy", 1000, 1000)]
    [InlineData("clp", 1000, 1000)]
    [InlineData("usd", 1000, 1000)]
    [InlineData("kwd", 1000, 1000)]
    [InlineData("ugx", 100000, 1000)]
    [InlineData("isk", 100000, 1000)]
    public void Amounts_are_in_the_currencys_smallest_unit(string currency, int told, long minor)
    {
        var sale = Mapped.Changed(Session, root => (root["data"]!["object"]!["currency"], root["data"]!["object"]!["amount_total"]) = (currency, told));

        sale.Money.ShouldBe(new SaleMoney(minor, null, currency.ToUpperInvariant()));
    }

    [Fact]
    public void A_session_of_the_test_mode_is_marked() => Mapped.Changed(Session, static root => root["livemode"] = false).Test.ShouldBeTrue();

    [Fact]
    public void A_click_id_may_travel_in_the_metadata() => Mapped.Changed(Session, static root =>
    {
        root["data"]!["object"]!["client_reference_id"] = null;
        root["data"]!["object"]!["metadata"] = new JsonObject { ["anything"] = "x|th_0000000000000000000000000009|y" };
    }).Tracking.ClickId.ShouldBe("th_0000000000000000000000000009");

    [Theory]
    [InlineData("99999999999999")]
    [InlineData("-1")]
    [InlineData("\"soon\"")]
    public void A_time_that_is_none_is_the_receive_time(string created)
    {
        var body = Mapped.Edit(Session, root => root["created"] = JsonNode.Parse(created));

        Mapped.Single("stripe", body).Time.ShouldBe(SaleTime.Unknown(World.Now));
    }

    private static SaleEvent Invoice(string reason, Action<JsonObject>? change = null)
    {
        var invoice = JsonNode.Parse($$"""
            {"id":"in_exmp1","object":"invoice","billing_reason":"{{reason}}","amount_paid":9700,"currency":"brl","subscription":"sub_exmp9",
             "customer_email":"comprador@example.com","customer_name":"Compradora Exemplo"}
            """)!.AsObject();
        if (change is not null)
            invoice.Remove("subscription");
        change?.Invoke(invoice);
        var root = new JsonObject
        {
            ["id"] = "evt_2",
            ["type"] = "invoice.paid",
            ["created"] = 1789059842,
            ["livemode"] = true,
            ["data"] = new JsonObject { ["object"] = invoice },
        };
        return Mapped.Single("stripe", System.Text.Encoding.UTF8.GetBytes(root.ToJsonString()));
    }
}
