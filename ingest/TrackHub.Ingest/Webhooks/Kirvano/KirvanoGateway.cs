using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Kirvano;

/// <summary>Kirvano: flat events with amounts written for people, proved by a token the seller chose.</summary>
/// <remarks>Format: public handlers. Where the token travels is not documented: four places were seen, and which one matched is counted.</remarks>
internal sealed class KirvanoGateway : IGateway
{
    private const string Bearer = "Bearer ";

    /// <inheritdoc/>
    public string Name => "kirvano";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => ["token"];

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets)
    {
        var authorization = webhook.SingleHeader("Authorization");
        // All four are compared, so that time does not tell which one a connection uses.
        ReadOnlySpan<(string Place, string? Token)> places =
        [
            ("security-token", webhook.SingleHeader("security-token")),
            ("authorization", authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) is true ? authorization[Bearer.Length..] : null),
            ("x-kirvano-token", webhook.SingleHeader("x-kirvano-token")),
            ("body", webhook.Root.At("token").Text()),
        ];
        string? step = null;
        foreach (var (place, token) in places)
        {
            var matches = Secrets.AnyEquals(token, secrets);
            step ??= matches ? place : null;
        }

        return new(step);
    }

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        if (root.At("event").Text() is not { } name)
            return Mapping.Failed("unmapped", "No event.");

        var kind = KindOf(name, root);
        var customer = root.At("customer");
        var product = root.At("products").Items().FirstOrDefault(static one => one.At("is_order_bump").ValueKind is not JsonValueKind.True);
        return Mapping.Of(new()
        {
            GatewayEvent = name,
            Kind = kind,
            Time = SaleTime.FromText(TimeText(root, kind), context.ReceivedAt),
            SaleId = root.At("sale_id").Text() ?? (kind is SaleKind.CartAbandoned ? root.At("checkout_id").Text() : null),
            Reference = root.At("sale_id").Text(),
            Method = PaymentMethods.Of(root.At("payment_method").Text() ?? root.At("payment", "method").Text()),
            Money = MoneyReads.FromDisplayText(root.At("total_price"), "BRL"),
            ProductId = product.At("id").Text(),
            ProductName = product.At("name").Text(),
            OfferId = product.At("offer_id").Text() ?? root.At("plan", "name").Text(),
            Installments = root.At("payment", "installments").Count(),
            Cycle = root.At("plan", "charge_number").Count(),
            Tracking = CheckoutTracking.Read(root.At("utm"), "src", "utm_content", "utm_term"),
            Buyer = Buyers.Of(
                customer.At("name").Text(), first: null, last: null, customer.At("email").Text(), customer.At("phone_number").Text()),
        });
    }

    /// <summary>Canonical kind of an event.</summary>
    internal static SaleKind KindOf(string name, JsonElement root) => name switch
    {
        "PIX_GENERATED" or "BANK_SLIP_GENERATED" or "PICPAY_GENERATED" => SaleKind.Pending,
        "SALE_APPROVED" => root.At("plan", "charge_number").Count() > 1 ? SaleKind.Renewed : SaleKind.Approved,
        "SALE_REFUSED" => SaleKind.Refused,
        "SALE_REFUNDED" or "REFUND" => SaleKind.Refunded,
        "SALE_CHARGEBACK" => SaleKind.Chargeback,
        "PIX_EXPIRED" or "BANK_SLIP_EXPIRED" or "PICPAY_EXPIRED" => SaleKind.Expired,
        "ABANDONED_CART" => SaleKind.CartAbandoned,
        "SUBSCRIPTION_RENEWED" => SaleKind.Renewed,
        "SUBSCRIPTION_CANCELED" => SaleKind.SubscriptionCanceled,
        "SUBSCRIPTION_EXPIRED" or "SUBSCRIPTION_OVERDUE" or "OVERDUE" => SaleKind.SubscriptionLate,
        _ => SaleKind.Unmapped,
    };

    // created_at is the sale's, whatever happens to it later.
    private static string? TimeText(JsonElement root, SaleKind kind) => kind switch
    {
        SaleKind.Approved or SaleKind.Renewed => root.At("payment", "finished_at").Text() ?? root.At("created_at").Text(),
        SaleKind.Pending or SaleKind.CartAbandoned => root.At("created_at").Text(),
        _ => null,
    };
}
