using System.Text.Json.Nodes;
using TrackHub.Schemas;

namespace TrackHub.Cli.Demo.Plan.Gateways;

/// <summary>Perfect Pay: every state in one shape, proved by the token in the body.</summary>
internal sealed class PerfectPaySender : IGatewaySender
{
    private static readonly Dictionary<SaleKind, (int Number, string Key)> Words = new()
    {
        [SaleKind.Pending] = (1, "pending"),
        [SaleKind.Approved] = (2, "approved"),
        [SaleKind.Renewed] = (2, "approved"),
        [SaleKind.Dispute] = (4, "in_mediation"),
        [SaleKind.Refused] = (5, "rejected"),
        [SaleKind.Canceled] = (6, "cancelled"),
        [SaleKind.Refunded] = (7, "refunded"),
        [SaleKind.Chargeback] = (9, "charged_back"),
        [SaleKind.Completed] = (10, "completed"),
        [SaleKind.CartAbandoned] = (12, "precheckout"),
        [SaleKind.Expired] = (13, "expired"),
        [SaleKind.Ignored] = (16, "in_review"),
        [SaleKind.RefundRequested] = (18, "pre_refunded"),
    };

    /// <inheritdoc/>
    public string Name => "perfectpay";

    /// <inheritdoc/>
    public string ProductId => "PPPBEX01";

    /// <inheritdoc/>
    public string NewSaleId(RunIds ids) => "PPCPMTB" + ids.UpperText("sale", 12);

    /// <inheritdoc/>
    public bool Tells(SaleKind kind) => Words.ContainsKey(kind);

    /// <inheritdoc/>
    public string Body(SaleNotice notice)
    {
        var sale = Samples.Tree(notice.Pix ? "perfectpay/approved_pix_same_code.json" : "perfectpay/approved_card.json");
        var (number, key) = Words[notice.Kind];
        sale["code"] = notice.SaleId;
        sale["sale_amount"] = notice.AmountMinor / 100m;
        sale["sale_status_enum"] = number;
        sale["sale_status_enum_key"] = key;
        sale["sale_status_detail"] = key;
        sale["date_created"] = BrazilianTime.Seconds(notice.At);
        sale["date_approved"] = notice.Kind is SaleKind.Pending or SaleKind.Refused or SaleKind.Canceled or SaleKind.CartAbandoned or SaleKind.Expired
            ? null
            : BrazilianTime.Seconds(notice.At);
        if (notice.Kind is SaleKind.Renewed)
            sale["subscription"] = Renewal(notice);

        var customer = sale.Child("customer");
        customer["full_name"] = notice.Buyer.Name;
        customer["email"] = notice.Buyer.Email;
        customer["phone_formated_ddi"] = notice.Facts.HasFlag(BuyerFacts.Phone) ? notice.Buyer.Phone : null;
        foreach (var part in new[] { "phone_formated", "phone_extension", "phone_area_code", "phone_number" })
            customer[part] = null;
        customer["ip"] = notice.Facts.HasFlag(BuyerFacts.Ip) ? notice.Buyer.Ip : null;
        customer["user_agent"] = notice.Facts.HasFlag(BuyerFacts.UserAgent) ? notice.Buyer.UserAgent : null;

        var metadata = sale.Child("metadata");
        metadata["utm_perfect"] = notice.ClickId;
        metadata["_fbc"] = notice.Facts.HasFlag(BuyerFacts.Fbc) ? notice.Buyer.Fbc : null;
        metadata["_fbp"] = notice.Facts.HasFlag(BuyerFacts.Fbc) ? notice.Buyer.Fbp : null;
        return Json.Text(sale);
    }

    /// <inheritdoc/>
    public PlannedRequest Sign(string path, string secret, string body)
    {
        var sale = JsonNode.Parse(body)!.AsObject();
        sale["token"] = secret;
        return new(path, Json.Text(sale), "application/json", new Dictionary<string, string>());
    }

    private static JsonObject Renewal(SaleNotice notice) =>
        new() { ["code"] = "PPSUB" + notice.SaleId[^6..], ["charges_made"] = 2, ["status_event"] = "subscription_renewed" };
}
