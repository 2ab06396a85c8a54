using System.Text.Json.Nodes;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Gateways;

/// <summary>Hotmart, webhook 2.0.0: proved by the account's token in a header.</summary>
internal sealed class HotmartSender : IGatewaySender
{
    private static readonly Dictionary<SaleKind, (string Event, string Status)> Words = new()
    {
        [SaleKind.Pending] = ("PURCHASE_BILLET_PRINTED", "BILLET_PRINTED"),
        [SaleKind.Refused] = ("PURCHASE_CANCELED", "CANCELED"),
        [SaleKind.Canceled] = ("PURCHASE_CANCELED", "CANCELED"),
        [SaleKind.Expired] = ("PURCHASE_EXPIRED", "EXPIRED"),
        [SaleKind.Approved] = ("PURCHASE_APPROVED", "APPROVED"),
        [SaleKind.Renewed] = ("PURCHASE_APPROVED", "APPROVED"),
        [SaleKind.Completed] = ("PURCHASE_COMPLETE", "COMPLETED"),
        [SaleKind.RefundRequested] = ("PURCHASE_PROTEST", "DISPUTE"),
        [SaleKind.Refunded] = ("PURCHASE_REFUNDED", "REFUNDED"),
        [SaleKind.Chargeback] = ("PURCHASE_CHARGEBACK", "CHARGEBACK"),
        [SaleKind.SubscriptionLate] = ("PURCHASE_DELAYED", "DELAYED"),
    };

    /// <inheritdoc/>
    public string Name => "hotmart";

    /// <inheritdoc/>
    public string ProductId => "1000001";

    /// <inheritdoc/>
    public string NewSaleId(RunIds ids) => "HP" + ids.Digits("sale", 14);

    /// <inheritdoc/>
    public bool Tells(SaleKind kind) => Words.ContainsKey(kind);

    /// <inheritdoc/>
    public string Body(SaleNotice notice)
    {
        var root = Samples.Tree(notice.Pix ? "hotmart/purchase_approved_pix_same_transaction.json" : "hotmart/purchase_approved_card_interest.json");
        var (name, status) = Words[notice.Kind];
        root["id"] = notice.DeliveryId;
        root["event"] = name;
        root["creation_date"] = notice.At.ToUnixTimeMilliseconds();
        var purchase = root.Child("data", "purchase");
        purchase["status"] = status;
        purchase["transaction"] = notice.SaleId;
        purchase["order_date"] = notice.At.ToUnixTimeMilliseconds();
        SetApproval(purchase, notice);
        SetPrice(root.Child("data"), notice.AmountMinor / 100m);
        purchase["origin"] = notice.ClickId is null ? new JsonObject { ["sck"] = "HOTMART_PRODUCT_PAGE" } : new JsonObject { ["xcod"] = notice.ClickId };
        if (notice.Kind is SaleKind.Refused or SaleKind.SubscriptionLate)
            purchase.Child("payment")["refusal_reason"] = "Saldo insuficiente para o cartão informado.";
        if (notice.Kind is SaleKind.Renewed)
            purchase["recurrence_number"] = 2;
        SetBuyer(root.Child("data", "buyer"), notice);
        if (notice.Test)
            root.Child("data", "product")["id"] = 0;
        return Json.Text(root);
    }

    /// <inheritdoc/>
    public PlannedRequest Sign(string path, string secret, string body) =>
        new(path, body, "application/json", new Dictionary<string, string> { ["X-HOTMART-HOTTOK"] = secret });

    private static void SetApproval(JsonObject purchase, SaleNotice notice)
    {
        if (notice.Kind is SaleKind.Pending or SaleKind.Refused or SaleKind.Canceled or SaleKind.Expired)
            purchase.Remove("approved_date");
        else
            purchase["approved_date"] = notice.At.ToUnixTimeMilliseconds();
    }

    private static void SetPrice(JsonObject data, decimal price)
    {
        data.Child("purchase", "price")["value"] = price;
        data.Child("purchase", "full_price")["value"] = price;
        data.Child("purchase", "original_offer_price")["value"] = price;
        data["commissions"]![0]!["value"] = price / 10;
        data["commissions"]![1]!["value"] = price * 9 / 10;
    }

    private static void SetBuyer(JsonObject buyer, SaleNotice notice)
    {
        buyer["email"] = notice.Buyer.Email;
        buyer["name"] = notice.Buyer.Name;
        buyer["first_name"] = notice.Buyer.Name.Split(' ')[0];
        buyer["last_name"] = notice.Buyer.Name[(notice.Buyer.Name.IndexOf(' ') + 1)..];
        buyer.Remove("checkout_phone_code");
        if (notice.Facts.HasFlag(BuyerFacts.Phone))
            buyer["checkout_phone"] = notice.Buyer.Phone[1..];
        else
            buyer.Remove("checkout_phone");
    }
}
