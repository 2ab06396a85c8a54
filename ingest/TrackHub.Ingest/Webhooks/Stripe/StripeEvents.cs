using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Stripe;

/// <summary>Stripe's event types.</summary>
internal static class StripeEvents
{
    /// <summary>Which payment intent paid which invoice: since API version 2025-03-31 neither names the other.</summary>
    public const string InvoicePayment = "invoice_payment.paid";

    /// <summary>Canonical kind of an event.</summary>
    /// <param name="type">The envelope's <c>type</c>.</param>
    /// <param name="told"><c>data.object</c>.</param>
    public static SaleKind KindOf(string type, JsonElement told) => type switch
    {
        // Paid later (boleto, PIX): told again by async_payment_*. A session without a payment had nothing to pay.
        "checkout.session.completed" => told.At("payment_status").Text() is "unpaid" ? SaleKind.Pending : SaleKind.Approved,
        "checkout.session.async_payment_succeeded" => SaleKind.Approved,
        "checkout.session.async_payment_failed" => SaleKind.Refused,
        "checkout.session.expired" => SaleKind.CartAbandoned,
        "invoice.paid" => IsFirstOfSubscription(told) || told.At("billing_reason").Text() is "manual" ? SaleKind.Approved
            : told.At("billing_reason").Text() is "subscription_cycle" ? SaleKind.Renewed
            : SaleKind.Ignored,
        "invoice.payment_failed" => SaleKind.SubscriptionLate,
        "charge.refunded" => told.At("amount_refunded").Integer() < told.At("amount").Integer() ? SaleKind.PartiallyRefunded : SaleKind.Refunded,
        "charge.dispute.created" => SaleKind.Chargeback,
        "customer.subscription.deleted" => SaleKind.SubscriptionCanceled,
        "customer.subscription.updated" => SaleKind.SubscriptionChanged,
        // Told by the events above as well.
        "payment_intent.created" or "payment_intent.succeeded" or "charge.succeeded" or "charge.updated" or "invoice.created" or "invoice.finalized"
            or "invoice.payment_succeeded" or InvoicePayment or "customer.created" or "customer.updated" or "customer.subscription.created" => SaleKind.Ignored,
        _ => SaleKind.Unmapped,
    };

    /// <summary>Whether an invoice is the one that began a subscription.</summary>
    public static bool IsFirstOfSubscription(JsonElement invoice) => invoice.At("billing_reason").Text() is "subscription_create";
}
