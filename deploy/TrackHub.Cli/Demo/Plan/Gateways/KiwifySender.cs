using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Gateways;

/// <summary>Kiwify: order bodies, proved by HMAC-SHA1 over the body in the query.</summary>
internal sealed class KiwifySender : IGatewaySender
{
    private static readonly Dictionary<SaleKind, (string Event, string Status)> Words = new()
    {
        [SaleKind.Pending] = ("pix_created", "waiting_payment"),
        [SaleKind.Refused] = ("order_rejected", "refused"),
        [SaleKind.Approved] = ("order_approved", "paid"),
        [SaleKind.Refunded] = ("order_refunded", "refunded"),
        [SaleKind.Chargeback] = ("chargeback", "chargedback"),
        [SaleKind.Renewed] = ("subscription_renewed", "paid"),
        [SaleKind.SubscriptionLate] = ("subscription_late", "paid"),
        [SaleKind.SubscriptionCanceled] = ("subscription_canceled", "paid"),
    };

    /// <inheritdoc/>
    public string Name => "kiwify";

    /// <inheritdoc/>
    public string ProductId => "00000000-0000-4000-8000-000000900001";

    /// <inheritdoc/>
    public string NewSaleId(RunIds ids) => ids.Uuid();

    /// <inheritdoc/>
    public bool Tells(SaleKind kind) => Words.ContainsKey(kind);

    /// <inheritdoc/>
    public string Body(SaleNotice notice) => Json.Text(Order(notice));

    /// <inheritdoc/>
    public PlannedRequest Sign(string path, string secret, string body) =>
        new($"{path}?signature={Signature(secret, body)}", body, "application/json", new Dictionary<string, string>());

    /// <summary>Lower-case hex HMAC-SHA1 of a text under the connection's token.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "HMAC-SHA1 is the gateway's protocol.")]
    public static string Signature(string secret, string text) =>
        Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));

    /// <summary>The order in the wrapper that some accounts get: the signature covers the order alone and stands in the body.</summary>
    public static PlannedRequest SignWrapped(string path, string secret, JsonObject order)
    {
        var text = Json.Text(order);
        var body = $$"""{"url":"https://hub.example.com/in/kiwify","signature":"{{Signature(secret, text)}}","order":{{text}}}""";
        return new(path, body, "application/json", new Dictionary<string, string>());
    }

    /// <summary>The order as a tree.</summary>
    public static JsonObject Order(SaleNotice notice)
    {
        var order = Samples.Tree(notice.Pix ? "kiwify/order_approved_pix_same_order.json" : "kiwify/order_approved_card.json");
        (order["webhook_event_type"], order["order_status"]) = Words[notice.Kind];
        order["order_id"] = notice.SaleId;
        order["order_ref"] = notice.SaleId[..7];
        SetTimes(order, notice.At, notice.Kind);
        if (notice.Kind is SaleKind.Refused)
            order["card_rejection_reason"] = "insufficient_funds";

        var customer = order.Child("Customer");
        customer["full_name"] = notice.Buyer.Name;
        customer["first_name"] = notice.Buyer.Name.Split(' ')[0];
        customer["email"] = notice.Test ? "johndoe@example.com" : notice.Buyer.Email;
        customer["mobile"] = notice.Facts.HasFlag(BuyerFacts.Phone) ? notice.Buyer.Phone : null;
        customer["ip"] = notice.Facts.HasFlag(BuyerFacts.Ip) ? notice.Buyer.Ip : null;

        var money = order.Child("Commissions");
        money["charge_amount"] = notice.AmountMinor;
        money["product_base_price"] = notice.AmountMinor;
        money["my_commission"] = notice.AmountMinor * 9 / 10;
        order.Child("TrackingParameters")["sck"] = notice.ClickId;
        return order;
    }

    /// <summary>Sets the times of an order: naive, in São Paulo, without seconds.</summary>
    public static void SetTimes(JsonObject order, DateTimeOffset at, SaleKind kind)
    {
        var text = BrazilianTime.Minutes(at);
        order["created_at"] = text;
        order["updated_at"] = text;
        order["approved_date"] = kind is SaleKind.Pending or SaleKind.Refused ? null : text;
        order["refunded_at"] = kind is SaleKind.Refunded ? text : null;
    }
}
