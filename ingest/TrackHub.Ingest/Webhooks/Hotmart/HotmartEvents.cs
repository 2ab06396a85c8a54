using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Hotmart;

/// <summary>Hotmart's words for events. Decided on <c>event</c>: the spelling of <c>purchase.status</c> differs between documents and wire.</summary>
internal static class HotmartEvents
{
    /// <summary>Canonical kind of an event.</summary>
    /// <param name="name">The envelope's <c>event</c>.</param>
    /// <param name="purchase"><c>data.purchase</c>, missing on contract-level events.</param>
    public static SaleKind KindOf(string name, JsonElement purchase) => name switch
    {
        "PURCHASE_BILLET_PRINTED" or "PURCHASE_WAITING_PAYMENT" => SaleKind.Pending,
        "PURCHASE_APPROVED" => purchase.At("recurrence_number").Count() > 1 ? SaleKind.Renewed : SaleKind.Approved,
        "PURCHASE_COMPLETE" => SaleKind.Completed,
        // There is no event of its own for a refused card.
        "PURCHASE_CANCELED" => purchase.At("payment", "refusal_reason").Text() is null ? SaleKind.Canceled : SaleKind.Refused,
        "PURCHASE_REFUSED" => SaleKind.Refused,
        "PURCHASE_EXPIRED" => SaleKind.Expired,
        "PURCHASE_DELAYED" => SaleKind.SubscriptionLate,
        "PURCHASE_PROTEST" => SaleKind.RefundRequested,
        "PURCHASE_REFUNDED" => purchase.At("status").Text() is "PARTIALLY_REFUNDED" ? SaleKind.PartiallyRefunded : SaleKind.Refunded,
        "PURCHASE_CHARGEBACK" => SaleKind.Chargeback,
        "PURCHASE_OUT_OF_SHOPPING_CART" => SaleKind.CartAbandoned,
        "SUBSCRIPTION_CANCELLATION" => SaleKind.SubscriptionCanceled,
        "SWITCH_PLAN" or "UPDATE_SUBSCRIPTION_CHARGE_DATE" => SaleKind.SubscriptionChanged,
        "CLUB_FIRST_ACCESS" or "CLUB_MODULE_COMPLETED" or "ORDER_FULFILLMENT" => SaleKind.Ignored,
        _ => SaleKind.Unmapped,
    };

    /// <summary>How the buyer pays.</summary>
    public static PaymentMethod MethodOf(string? type) => type?.ToUpperInvariant() switch
    {
        null => PaymentMethod.Unknown,
        "PIX" => PaymentMethod.Pix,
        "BILLET" or "FINANCED_BILLET" => PaymentMethod.Boleto,
        "CREDIT_CARD" or "HOTCARD" => PaymentMethod.Card,
        _ => PaymentMethod.Other,
    };
}
