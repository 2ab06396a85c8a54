using System.Text.Json.Nodes;
using TrackHub.Cli.Demo.Plan.Gateways;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Scenarios;

/// <summary>Authentic webhooks that are no ordinary sale: taken with 200, ended as what they are, nothing sent.</summary>
internal static class Oddities
{
    /// <summary>Signed, but cut off.</summary>
    public static void Malformed(PlanWriter plan, IGatewaySender gateway)
    {
        var sale = Order(plan);
        Unmapped(plan, $"{gateway.Name} malformed", gateway, Json.Text(sale)[..^20], "malformed");
    }

    /// <summary>A paid sale that names no sale.</summary>
    public static void NoSaleId(PlanWriter plan)
    {
        var sale = Order(plan);
        sale.Remove("order_id");
        Unmapped(plan, "kiwify no sale id", GatewaySenders.Of("kiwify"), Json.Text(sale), "sale_id_missing");
    }

    /// <summary>An amount with a decimal mark where cents belong: nothing is guessed.</summary>
    public static void UnreadableAmount(PlanWriter plan)
    {
        var sale = Order(plan);
        sale.Child("Commissions")["charge_amount"] = "197.00";
        Unmapped(plan, "kiwify unreadable amount", GatewaySenders.Of("kiwify"), Json.Text(sale), "amount_unreadable");
    }

    /// <summary>A word for an event that nobody knows: kept as an event, ended as unmapped.</summary>
    public static void UnknownEvent(PlanWriter plan)
    {
        var sale = Order(plan);
        sale["webhook_event_type"] = "order_teleported";
        sale["order_status"] = "teleported";
        var (path, secret) = plan.Target.Connections["kiwify"];
        plan.Add("kiwify unknown event", GatewaySenders.Of("kiwify").Sign(path, secret, Json.Text(sale)), ExpectedAnswer.Taken, [new()
        {
            EventId = plan.PurchaseId("kiwify", sale["order_id"]!.GetValue<string>()),
            Kind = "unmapped",
            Destination = "none",
            State = "unmapped",
            Reason = "unmapped",
        }]);
    }

    /// <summary>Two carts in one body: two events, two receipts.</summary>
    public static void TwoCarts(PlanWriter plan)
    {
        var carts = new JsonArray();
        var expected = new List<ExpectedEvent>();
        for (var i = 0; i < 2; i++)
        {
            var buyer = plan.NewVisitor();
            var cart = Samples.Tree("kiwify/cart_abandoned.json");
            cart["id"] = plan.Ids.Text("cart", 17);
            cart["email"] = buyer.Email;
            cart["name"] = buyer.Name;
            cart["phone"] = null;
            cart["created_at"] = plan.At.AddMinutes(-2).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
            carts.Add(cart);
            expected.Add(Recorded(plan.PurchaseId("kiwify", cart["id"]!.GetValue<string>()), "cart_abandoned", "none"));
        }

        var (path, secret) = plan.Target.Connections["kiwify"];
        plan.Add("kiwify carts", GatewaySenders.Of("kiwify").Sign(path, secret, Json.Text(carts)), ExpectedAnswer.Taken, expected);
    }

    /// <summary>Hotmart events without a sale: a cart, a subscription that ends, a first lesson.</summary>
    public static void HotmartWithoutSale(PlanWriter plan)
    {
        var buyer = plan.NewVisitor();
        var cart = Samples.Tree("hotmart/purchase_out_of_shopping_cart.json").Child("data");
        Hotmart(plan, "PURCHASE_OUT_OF_SHOPPING_CART", "cart_abandoned", "none", cart, buyer);
        Hotmart(plan, "SUBSCRIPTION_CANCELLATION", "subscription_canceled", null, new()
        {
            ["cancellation_date"] = plan.At.AddMinutes(-1).ToUnixTimeMilliseconds(),
            ["product"] = Product(),
            ["subscriber"] = new JsonObject { ["code"] = plan.Ids.UpperText("subscriber", 8), ["name"] = buyer.Name, ["email"] = buyer.Email },
        }, buyer: null);
        Hotmart(plan, "CLUB_FIRST_ACCESS", "ignored", null, new() { ["product"] = Product() }, buyer: null);
    }

    private static void Hotmart(PlanWriter plan, string name, string kind, string? stage, JsonObject data, Visitor? buyer)
    {
        var gateway = GatewaySenders.Of("hotmart");
        var (path, secret) = plan.Target.Connections[gateway.Name];
        var deliveryId = plan.Ids.Uuid();
        if (buyer is not null)
        {
            data.Child("buyer")["email"] = buyer.Email;
            data.Child("buyer").Remove("phone");
        }

        var body = new JsonObject
        {
            ["id"] = deliveryId,
            ["creation_date"] = plan.At.AddMinutes(-1).ToUnixTimeMilliseconds(),
            ["event"] = name,
            ["version"] = "2.0.0",
            ["data"] = data.DeepClone(),
        };
        plan.Add(
            $"hotmart {kind}", gateway.Sign(path, secret, Json.Text(body)), ExpectedAnswer.Taken,
            [Recorded(plan.PurchaseId("hotmart", $"delivery:{deliveryId}"), kind, stage)]);
    }

    private static void Unmapped(PlanWriter plan, string label, IGatewaySender gateway, string body, string reason)
    {
        var (path, secret) = plan.Target.Connections[gateway.Name];
        plan.Add(label, gateway.Sign(path, secret, body), ExpectedAnswer.Taken, [new()
        {
            Kind = "unmapped",
            Destination = "none",
            State = "unmapped",
            Reason = reason,
        }]);
    }

    private static JsonObject Product() => new() { ["id"] = 1000001, ["name"] = "Formação Exemplo" };

    private static ExpectedEvent Recorded(string eventId, string kind, string? stage) =>
        new() { EventId = eventId, Kind = kind, Destination = "none", State = "recorded", Reason = kind, Stage = stage };

    private static JsonObject Order(PlanWriter plan) => KiwifySender.Order(new()
    {
        SaleId = plan.Ids.Uuid(),
        Kind = SaleKind.Approved,
        Buyer = plan.NewVisitor(),
        AmountMinor = plan.Price(),
        At = plan.At,
        DeliveryId = plan.Ids.Uuid(),
    });
}
