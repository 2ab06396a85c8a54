using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Eduzz;

/// <summary>Eduzz, the current webhook product: invoices and contracts in an envelope, signed with HMAC-SHA256.</summary>
/// <remarks>
/// Format: eduzz/eduzz-webhook-docs. Its documents name no encoding of the signature: hex and base64 are taken. Contract events were published
/// without the envelope. An address that answers anything but 200 may be switched off, so an unproven delivery gets 202.
/// </remarks>
internal sealed class EduzzGateway : IGateway
{
    private const string Prefix = "myeduzz.";

    /// <inheritdoc/>
    public string Name => "eduzz";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => [];

    /// <inheritdoc/>
    public bool AcceptsUnproven => true;

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) =>
        HmacSha256.AnyMatches(webhook.Body.Span, webhook.SingleHeader("x-signature"), secrets) ? new("header") : Proof.None;

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        if (root.At("trans_cod").Text() is not null)
            return Mapping.Failed("version_unsupported", "The old flat postback; set up the current webhook in Eduzz's console instead.");
        if (root.At("event").Text() is { } name)
            return Mapping.Of(MapEvent(name, root, context));
        return root.At("contract").IsObject() || root.At("data", "contract").IsObject()
            ? Mapping.Of(MapContract("contract", root.At("id").Text(), root.At("data").IsObject() ? root.At("data") : root, root, context))
            : Mapping.Failed("unmapped", "Neither event nor contract.");
    }

    /// <summary>Canonical kind of an event.</summary>
    internal static SaleKind KindOf(string name, JsonElement data) => Bare(name) switch
    {
        "invoice_opened" or "invoice_waiting_payment" => SaleKind.Pending,
        "invoice_paid" => data.At("contract", "recurrence").At("charges", "current").Count() > 1 ? SaleKind.Renewed : SaleKind.Approved,
        "invoice_refused" => SaleKind.Refused,
        "invoice_canceled" => SaleKind.Canceled,
        "invoice_expired" => SaleKind.Expired,
        "invoice_waiting_refund" => SaleKind.RefundRequested,
        "invoice_refunded" => SaleKind.Refunded,
        "invoice_chargeback" => SaleKind.Chargeback,
        "invoice_overdue" or "invoice_recovering" => SaleKind.SubscriptionLate,
        "cart_abandonment" => SaleKind.CartAbandoned,
        "contract_created" or "contract_updated" => SaleKind.SubscriptionChanged,
        // History without a state of its own; and the fake event that switches a configuration on.
        "invoice_negotiated" or "invoice_scheduled" or "commission_processed" or "ping" => SaleKind.Ignored,
        _ => SaleKind.Unmapped,
    };

    private static string Bare(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    private static SaleEvent MapEvent(string name, JsonElement root, MappingContext context)
    {
        var data = root.At("data");
        var kind = KindOf(name, data);
        if (kind is SaleKind.SubscriptionChanged)
            return MapContract(name, root.At("id").Text(), data, root, context);

        var price = data.At("paid", "value").Text() is null ? data.At("price") : data.At("paid");
        var currency = MoneyReads.CurrencyCode(price.At("currency")) ?? MoneyReads.CurrencyCode(data.At("price", "currency")) ?? context.DefaultCurrency;
        var item = data.At("items").Items().FirstOrDefault(static one => one.At("isBump").ValueKind is not JsonValueKind.True);
        return new()
        {
            GatewayEvent = name,
            Kind = kind,
            Time = SaleTime.FromText(TimeText(data, kind) ?? root.At("sentDate").Text(), context.ReceivedAt),
            DeliveryId = root.At("id").Text(),
            SaleId = data.At("id").Text(),
            Reference = data.At("id").Text(),
            Test = Bare(name) is "ping",
            Method = PaymentMethods.Of(data.At("paymentMethod").Text()),
            Money = MoneyReads.FromMajor(price.At("value"), default, currency),
            ProductId = item.At("productId").Text(),
            ProductName = item.At("name").Text(),
            Coupon = item.At("coupon").Text() ?? item.At("coupon", "code").Text(),
            Installments = data.At("installments").Count(),
            SubscriptionId = data.At("contract", "id").Text(),
            Cycle = data.At("contract", "recurrence").At("charges", "current").Count(),
            Tracking = CheckoutTracking.Read(data.At("utm"), UtmNames.Bare, "content", "term"),
            Buyer = Buyer(data.At("buyer")),
        };
    }

    private static SaleEvent MapContract(string name, string? deliveryId, JsonElement data, JsonElement root, MappingContext context)
    {
        var contract = data.At("contract").IsObject() ? data.At("contract") : data;
        var customer = data.At("customer");
        var phone = customer.At("phone");
        var number = phone.At("number").Text() is { } local
            ? $"+{phone.At("countryCode").Text()?.TrimStart('+') ?? "55"}{phone.At("areaCode").Text()}{local}"
            : null;
        return new()
        {
            GatewayEvent = name,
            Kind = SaleKind.SubscriptionChanged,
            Time = SaleTime.FromText(root.At("sentDate").Text(), context.ReceivedAt),
            DeliveryId = deliveryId,
            SubscriptionId = contract.At("id").Text(),
            Cycle = contract.At("recurrence", "charges", "current").Count(),
            Buyer = Buyers.Of(customer.At("name").Text(), first: null, last: null, customer.At("email").Text(), number),
        };
    }

    private static PersonData Buyer(JsonElement buyer) => Buyers.Of(
        buyer.At("name").Text(), first: null, last: null, buyer.At("email").Text(),
        buyer.At("cellphone").Text() ?? buyer.At("phone").Text() ?? buyer.At("phone2").Text());

    // Of a state without a time of its own the envelope's counts.
    private static string? TimeText(JsonElement data, SaleKind kind) => kind switch
    {
        SaleKind.Approved or SaleKind.Renewed => data.At("paidAt").Text() ?? data.At("createdAt").Text(),
        SaleKind.Pending or SaleKind.CartAbandoned => data.At("createdAt").Text(),
        SaleKind.Refunded => data.At("refundedAt").Text(),
        _ => null,
    };
}
