using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;

namespace TrackHub.Ingest.Webhooks.Stripe;

/// <summary>Stripe: Checkout sessions, invoices, charges and subscriptions, signed with a time.</summary>
/// <remarks>
/// Format: docs.stripe.com, webhooks and Checkout. The sale id is the payment intent, which refunds and disputes carry too. The first payment of
/// a subscription is told twice, by its session and by its invoice: both are the sale of the subscription's id, so one Purchase is made of them;
/// a refund of that first payment names only the payment intent and stands as a sale of its own.
/// </remarks>
internal sealed class StripeGateway : IGateway
{
    /// <inheritdoc/>
    public string Name => "stripe";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => [];

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) => TimestampedSignature.Verify(webhook, "Stripe-Signature", secrets);

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        var told = root.At("data", "object");
        if (root.At("type").Text() is not { } type || !told.IsObject())
            return Mapping.Failed("unmapped", "No type or data.object: not an event of Stripe.");

        var person = told.At("customer_details").IsObject() ? told.At("customer_details") : told.At("billing_details");
        return Mapping.Of(new()
        {
            GatewayEvent = type,
            Kind = StripeEvents.KindOf(type, told),
            Time = SaleTime.FromUnixMilliseconds(Milliseconds(root.At("created").Integer()), context.ReceivedAt),
            DeliveryId = root.At("id").Text(),
            SaleId = SaleIdOf(type, told),
            Reference = told.At("number").Text() ?? told.At("id").Text(),
            Test = root.At("livemode").ValueKind is JsonValueKind.False,
            Method = PaymentMethods.Of(MethodOf(told)),
            Money = MoneyOf(told, context.DefaultCurrency),
            ProductName = told.At("description").Text(),
            SubscriptionId = SubscriptionOf(type, told),
            Tracking = CheckoutTracking.Read(told.At("metadata")).OrClickIdOf(told.At("client_reference_id").Text()),
            Buyer = person.IsObject() ? Buyer(person) : InvoiceBuyer(told),
        });
    }

    private static string? SaleIdOf(string type, JsonElement told)
    {
        var intent = told.At("payment_intent").Text();
        if (type.StartsWith("checkout.session.", StringComparison.Ordinal))
            return intent ?? told.At("subscription").Text() ?? told.At("id").Text();
        if (type.StartsWith("invoice.", StringComparison.Ordinal))
            return StripeEvents.IsFirstOfSubscription(told) ? SubscriptionOf(type, told) : intent ?? InvoiceIntent(told) ?? told.At("id").Text();
        if (type.StartsWith("customer.", StringComparison.Ordinal))
            return null;
        return intent ?? told.At("charge").Text() ?? told.At("id").Text();
    }

    // Since API version 2025-03-31 an invoice lists its payments and names its subscription under its parent.
    private static string? InvoiceIntent(JsonElement invoice) =>
        invoice.At("payments", "data").Items().Select(static payment => payment.At("payment", "payment_intent").Text()).FirstOrDefault(static id => id is not null);

    private static string? SubscriptionOf(string type, JsonElement told) =>
        type.StartsWith("customer.subscription.", StringComparison.Ordinal)
            ? told.At("id").Text()
            : told.At("subscription").Text() ?? told.At("parent", "subscription_details", "subscription").Text();

    private static SaleMoney MoneyOf(JsonElement told, string defaultCurrency)
    {
        var currency = MoneyReads.CurrencyCode(told.At("currency")) ?? defaultCurrency;
        var amount = new[] { "amount_total", "amount_paid", "amount" }.Select(name => told.At(name)).FirstOrDefault(static value => value.Text() is not null);
        // Two currencies without decimals that Stripe writes in hundredths all the same.
        return currency is "ISK" or "UGX" ? MoneyReads.FromHundredths(amount, default, currency) : MoneyReads.FromMinor(amount, default, currency);
    }

    private static string? MethodOf(JsonElement told) =>
        told.At("payment_method_details", "type").Text()
        ?? (told.At("payment_method_types") is { ValueKind: JsonValueKind.Array } types && types.GetArrayLength() is 1 ? types[0].Text() : null);

    private static PersonData Buyer(JsonElement person) => Located(
        Buyers.Of(person.At("name").Text(), first: null, last: null, person.At("email").Text(), person.At("phone").Text()), person.At("address"));

    private static PersonData InvoiceBuyer(JsonElement invoice) => Located(
        Buyers.Of(invoice.At("customer_name").Text(), first: null, last: null, invoice.At("customer_email").Text(), invoice.At("customer_phone").Text()),
        invoice.At("customer_address"));

    private static PersonData Located(PersonData buyer, JsonElement address)
    {
        buyer.City = address.At("city").Text();
        buyer.State = address.At("state").Text();
        buyer.Zip = address.At("postal_code").Text();
        buyer.Country = address.At("country").Text();
        return buyer;
    }

    private static long? Milliseconds(long? seconds) => seconds is >= 0 and < 10_000_000_000 ? seconds * 1000 : null;
}
