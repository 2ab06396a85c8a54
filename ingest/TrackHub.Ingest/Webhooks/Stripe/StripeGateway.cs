using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Stripe;

/// <summary>Stripe: Checkout sessions, invoices, charges and subscriptions, signed with a time.</summary>
/// <remarks>
/// Format: docs.stripe.com, webhooks and Checkout. The sale id is the payment intent, which refunds and disputes carry too. The first payment of
/// a subscription is told twice, by its session and by its invoice: both are the sale of the subscription's id, so one Purchase is made of them.
/// A refund of it names only the payment intent, up to API version 2025-03-31 the invoice as well: <see cref="SaleEvent.Names"/> lead it there.
/// </remarks>
internal sealed class StripeGateway : IGateway
{
    // An invoice may be paid in parts; more than a few are no sale of a digital product.
    private const int MostNames = 8;

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
            Names = NamesOf(type, told),
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
        if (IsSession(type))
            return intent ?? told.At("subscription").Text() ?? told.At("id").Text();
        if (IsInvoice(type))
            return StripeEvents.IsFirstOfSubscription(told) ? SubscriptionOf(type, told) : intent ?? InvoiceIntents(told).FirstOrDefault() ?? told.At("id").Text();
        if (type is StripeEvents.InvoicePayment)
            return told.At("invoice").Text();
        if (type.StartsWith("customer.", StringComparison.Ordinal))
            return null;
        return intent ?? told.At("charge").Text() ?? told.At("id").Text();
    }

    private static IReadOnlyList<string> NamesOf(string type, JsonElement told)
    {
        // A subscription names its first payment alone, so it is no name of a renewal's.
        IEnumerable<string?> names =
            IsSession(type) ? [SaleIdOf(type, told), told.At("invoice").Text()]
            : IsInvoice(type) ? [SaleIdOf(type, told), told.At("id").Text(), told.At("payment_intent").Text(), .. InvoiceIntents(told)]
            : type is StripeEvents.InvoicePayment ? [told.At("invoice").Text(), told.At("payment", "payment_intent").Text()]
            : type.StartsWith("charge.", StringComparison.Ordinal) ? [SaleIdOf(type, told), told.At("invoice").Text()]
            : [];
        return StripeEvents.KindOf(type, told) is SaleKind.Ignored && type is not StripeEvents.InvoicePayment
            ? []
            : [.. names.OfType<string>().Distinct(StringComparer.Ordinal).Take(MostNames)];
    }

    private static bool IsSession(string type) => type.StartsWith("checkout.session.", StringComparison.Ordinal);

    private static bool IsInvoice(string type) => type.StartsWith("invoice.", StringComparison.Ordinal);

    // Since API version 2025-03-31 an invoice lists its payments, where it tells them, and names its subscription under its parent.
    private static IEnumerable<string> InvoiceIntents(JsonElement invoice) =>
        invoice.At("payments", "data").Items().Select(static payment => payment.At("payment", "payment_intent").Text()).OfType<string>();

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
