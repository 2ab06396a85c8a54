using System.Collections.Frozen;
using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.PerfectPay;

/// <summary>Perfect Pay's numbers for states and payment types.</summary>
/// <remarks>Sources: help.perfectpay.com.br "Integração via webhook" (0 to 13); the schema of app.perfectpay.com.br/docs/api.json (15 to 20).</remarks>
internal static class PerfectPayStates
{
    private static readonly FrozenDictionary<long, (string Key, SaleKind Kind)> ByNumber = new Dictionary<long, (string, SaleKind)>
    {
        [0] = ("none", SaleKind.Ignored),
        [1] = ("pending", SaleKind.Pending),
        [2] = ("approved", SaleKind.Approved),
        [3] = ("in_process", SaleKind.Pending),
        [4] = ("in_mediation", SaleKind.Dispute),
        [5] = ("rejected", SaleKind.Refused),
        [6] = ("cancelled", SaleKind.Canceled),
        [7] = ("refunded", SaleKind.Refunded),
        [8] = ("authorized", SaleKind.Pending),
        [9] = ("charged_back", SaleKind.Chargeback),
        [10] = ("completed", SaleKind.Completed),
        [11] = ("checkout_error", SaleKind.Canceled),
        [12] = ("precheckout", SaleKind.CartAbandoned),
        [13] = ("expired", SaleKind.Expired),
        [15] = ("cancelled_regenerated", SaleKind.Canceled),
        // Under review after the approval: history, no change of state.
        [16] = ("in_review", SaleKind.Ignored),
        [17] = ("pre_chargeback", SaleKind.Dispute),
        [18] = ("pre_refunded", SaleKind.RefundRequested),
        [19] = ("med", SaleKind.Refunded),
        [20] = ("pre_med", SaleKind.Dispute),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, SaleKind> ByKey =
        ByNumber.Values.ToFrozenDictionary(static state => state.Key, static state => state.Kind, StringComparer.OrdinalIgnoreCase);

    /// <summary>Word and canonical kind of a sale's state; null if the body tells none.</summary>
    public static (string Event, SaleKind Kind)? Of(JsonElement sale)
    {
        var number = sale.At("sale_status_enum").Integer();
        var key = sale.At("sale_status_enum_key").Text();
        if (number is null && key is null)
            return null;

        var (name, kind) = number is { } known && ByNumber.TryGetValue(known, out var state)
            ? state
            : (key ?? number!.Value.ToString(), key is null ? SaleKind.Unmapped : ByKey.GetValueOrDefault(key, SaleKind.Unmapped));
        return (name, kind is SaleKind.Approved && IsRenewal(sale.At("subscription")) ? SaleKind.Renewed : kind);
    }

    /// <summary>How the buyer pays: by payment type, else by payment method.</summary>
    public static PaymentMethod MethodOf(JsonElement sale) => sale.At("payment_type_enum").Integer() switch
    {
        1 or 4 or 6 => PaymentMethod.Card,
        2 or 8 => PaymentMethod.Boleto,
        7 => PaymentMethod.Pix,
        null or 0 => sale.At("payment_method_enum").Integer() switch
        {
            2 => PaymentMethod.Boleto,
            9 => PaymentMethod.Pix,
            1 or (>= 3 and <= 7) or (>= 10 and <= 14) => PaymentMethod.Card,
            null or 0 => PaymentMethod.Unknown,
            _ => PaymentMethod.Other,
        },
        _ => PaymentMethod.Other,
    };

    private static bool IsRenewal(JsonElement subscription) =>
        subscription.At("charges_made").Count() > 1 || subscription.At("status_event").Text() is "subscription_renewed";
}
