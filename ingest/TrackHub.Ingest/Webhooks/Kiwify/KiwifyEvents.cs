using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Kiwify;

/// <summary>Kiwify's words for events and states.</summary>
/// <remarks>
/// <c>webhook_event_type</c> decides; <c>order_status</c> stands in where it is missing or unknown. Some accounts were seen to send the
/// panel's trigger names, with spaces or hyphens.
/// </remarks>
internal static class KiwifyEvents
{
    /// <summary>Canonical kind of an order.</summary>
    public static SaleKind KindOf(JsonElement order)
    {
        var kind = FromEvent(Normalize(order.At("webhook_event_type").Text()));
        if (kind is SaleKind.Unmapped)
            kind = FromStatus(Normalize(order.At("order_status").Text()));
        return kind is SaleKind.Approved && IsRenewal(order) ? SaleKind.Renewed : kind;
    }

    /// <summary>How the buyer pays: told by the event for instruments that were issued, else by <c>payment_method</c>.</summary>
    public static PaymentMethod MethodOf(JsonElement order) => Normalize(order.At("webhook_event_type").Text()) switch
    {
        "billet_created" or "boleto_gerado" => PaymentMethod.Boleto,
        "pix_created" or "pix_gerado" => PaymentMethod.Pix,
        _ => Normalize(order.At("payment_method").Text()) switch
        {
            "pix" => PaymentMethod.Pix,
            "boleto" => PaymentMethod.Boleto,
            "credit_card" => PaymentMethod.Card,
            null => PaymentMethod.Unknown,
            _ => PaymentMethod.Other,
        },
    };

    /// <summary>Number of the charge: how many are completed; null without a subscription or with an empty list.</summary>
    public static int? CycleOf(JsonElement order)
    {
        var completed = order.At("Subscription", "charges", "completed").Items().Count();
        return completed is 0 ? null : completed;
    }

    /// <summary>Lower case, with underscores for spaces and hyphens.</summary>
    public static string? Normalize(string? word) => word?.ToLowerInvariant().Replace(' ', '_').Replace('-', '_');

    private static SaleKind FromEvent(string? name) => name switch
    {
        "billet_created" or "boleto_gerado" or "pix_created" or "pix_gerado" => SaleKind.Pending,
        "carrinho_abandonado" => SaleKind.CartAbandoned,
        "order_rejected" or "compra_recusada" => SaleKind.Refused,
        "order_approved" or "order_paid" or "compra_aprovada" => SaleKind.Approved,
        "order_refunded" or "compra_reembolsada" => SaleKind.Refunded,
        "chargeback" => SaleKind.Chargeback,
        "subscription_canceled" => SaleKind.SubscriptionCanceled,
        "subscription_late" => SaleKind.SubscriptionLate,
        "subscription_renewed" => SaleKind.Renewed,
        _ => SaleKind.Unmapped,
    };

    private static SaleKind FromStatus(string? status) => status switch
    {
        "waiting_payment" => SaleKind.Pending,
        "refused" => SaleKind.Refused,
        "paid" or "approved" => SaleKind.Approved,
        "refunded" => SaleKind.Refunded,
        "chargedback" or "chargeback" => SaleKind.Chargeback,
        "pending_refund" or "refund_requested" => SaleKind.RefundRequested,
        "canceled" => SaleKind.Canceled,
        _ => SaleKind.Unmapped,
    };

    // order_approved also fires on renewals, each under a new order_id: more than one paid charge, or one paid by another order, tells.
    private static bool IsRenewal(JsonElement order)
    {
        var completed = order.At("Subscription", "charges", "completed").Items()
            .Where(static charge => Normalize(charge.At("status").Text()) is "paid" or "approved" or null)
            .ToList();
        var saleId = order.At("order_id").Text();
        return completed.Count > 1 || completed.Any(charge => charge.At("order_id").Text() is { } other && other != saleId);
    }
}
