using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Kiwify;

/// <summary>Kiwify: orders (flat, or wrapped in <c>{url, signature, order}</c>) and abandoned carts (one, or an array of them).</summary>
/// <remarks>Format: docs.kiwify.com.br, webhooks; shapes of the panel's test deliveries.</remarks>
internal sealed class KiwifyGateway : IGateway
{
    // A body of 256 KB cannot hold more real carts than this; what does is not a delivery.
    private const int MaxElements = 100;

    /// <inheritdoc/>
    public string Name => "kiwify";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => [];

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) =>
        new(KiwifySignature.Verify(webhook.Body.Span, webhook.SingleQuery("signature") ?? Joined(webhook), secrets));

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        if (root.ValueKind is not JsonValueKind.Array)
            return MapElement(root, context);

        return root.GetArrayLength() is > 0 and <= MaxElements
            ? Mapping.Join(root.EnumerateArray().Select(element => MapElement(element, context)))
            : Mapping.Failed("unmapped", $"An array of {root.GetArrayLength()} elements; 1 to {MaxElements} are read.");
    }

    // The registered address may end in a query already (…?c=connection), and the signature be added to it with another question mark.
    private static string? Joined(Webhook webhook) =>
        webhook.SingleQuery("c")?.Split("?signature=") is [_, var signature] ? signature : null;

    private static Mapping MapElement(JsonElement element, MappingContext context)
    {
        if (element.At("order").IsObject())
            element = element.At("order");
        if (element.At("webhook_event_type").Text() is null && element.At("order_status").Text() is null)
        {
            return KiwifyEvents.Normalize(element.At("status").Text()) == "abandoned"
                ? Mapping.Of(MapCart(element, context))
                : Mapping.Failed("unmapped", "Neither webhook_event_type, order_status nor status abandoned.");
        }

        return Mapping.Of(MapOrder(element, context));
    }

    private static SaleEvent MapOrder(JsonElement order, MappingContext context)
    {
        var kind = KiwifyEvents.KindOf(order);
        var money = order.At("Commissions");
        var currency = MoneyReads.CurrencyCode(money.At("currency"))
            ?? MoneyReads.CurrencyCode(money.At("product_base_price_currency"))
            ?? context.DefaultCurrency;
        var customer = order.At("Customer");
        var subscription = order.At("Subscription");
        return new()
        {
            GatewayEvent = order.At("webhook_event_type").Text() ?? order.At("order_status").Text()!,
            Kind = kind,
            Time = SaleTime.FromText(TimeText(order, kind), context.ReceivedAt),
            SaleId = order.At("order_id").Text(),
            Reference = order.At("order_ref").Text(),
            Test = IsTest(order, customer),
            Method = KiwifyEvents.MethodOf(order),
            Money = MoneyReads.FromHundredths(money.At("charge_amount"), money.At("my_commission"), currency),
            ProductId = order.At("Product", "product_id").Text(),
            ProductName = order.At("Product", "product_name").Text(),
            OfferId = subscription.At("plan", "id").Text() ?? subscription.At("plan", "name").Text(),
            Installments = order.At("installments").Count(),
            SubscriptionId = order.At("subscription_id").Text() ?? subscription.At("id").Text(),
            Cycle = KiwifyEvents.CycleOf(order),
            Tracking = CheckoutTracking.Read(order.At("TrackingParameters"), "sck", "s1").OrClickIdOf(order.At("checkout_link").Text()),
            Buyer = Buyer(customer),
        };
    }

    private static SaleEvent MapCart(JsonElement cart, MappingContext context) => new()
    {
        GatewayEvent = "abandoned",
        Kind = SaleKind.CartAbandoned,
        Time = SaleTime.FromText(cart.At("created_at").Text(), context.ReceivedAt),
        SaleId = cart.At("id").Text(),
        Test = IsTest(cart, cart),
        ProductId = cart.At("product_id").Text(),
        ProductName = cart.At("product_name").Text(),
        OfferId = cart.At("offer_name").Text(),
        Tracking = CheckoutTracking.None.OrClickIdOf(cart.At("checkout_link").Text()),
        Buyer = CartBuyer(cart),
    };

    private static PersonData CartBuyer(JsonElement cart)
    {
        var buyer = Buyers.Of(cart.At("name").Text(), first: null, last: null, cart.At("email").Text(), cart.At("phone").Text());
        buyer.Country = cart.At("country").Text();
        return buyer;
    }

    private static PersonData Buyer(JsonElement customer)
    {
        var buyer = Buyers.Of(
            customer.At("full_name").Text(), customer.At("first_name").Text(), last: null, customer.At("email").Text(), customer.At("mobile").Text());
        buyer.City = customer.At("city").Text();
        buyer.State = customer.At("state").Text();
        buyer.Zip = customer.At("zipcode").Text();
        buyer.Country = customer.At("country").Text();
        buyer.Ip = customer.At("ip").Text();
        return buyer;
    }

    private static string? TimeText(JsonElement order, SaleKind kind)
    {
        var own = kind switch
        {
            SaleKind.Approved or SaleKind.Renewed => order.At("approved_date").Text(),
            SaleKind.Refunded => order.At("refunded_at").Text(),
            _ => null,
        };
        return own ?? order.At("updated_at").Text() ?? order.At("created_at").Text();
    }

    // The panel's button sends no flag, only invented people, products and stores (…@….domain).
    private static bool IsTest(JsonElement order, JsonElement customer) =>
        string.Equals(customer.At("email").Text(), "johndoe@example.com", StringComparison.OrdinalIgnoreCase)
        || string.Equals(order.At("Product", "product_name").Text() ?? order.At("product_name").Text(), "Example product", StringComparison.OrdinalIgnoreCase)
        || order.At("Commissions", "commissioned_stores").Items()
            .Any(static store => store.At("email").Text()?.EndsWith(".domain", StringComparison.OrdinalIgnoreCase) ?? false);
}
