using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Ticto;

/// <summary>Ticto, webhook version 2.0: every state of an order in one shape, proved by the token in the body.</summary>
/// <remarks>Format: webhook.ticto.dev/docs/v2. <c>Não Informado</c> stands for nothing, and a mock address for none.</remarks>
internal sealed class TictoGateway : IGateway
{
    private const string Currency = "BRL";   // the gateway names none

    /// <inheritdoc/>
    public string Name => "ticto";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => ["token"];

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) =>
        Secrets.AnyEquals(webhook.Root.At("token").Text(), secrets) ? new("body") : Proof.None;

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        if (root.At("version").Text() is { } version && !version.StartsWith('2'))
            return Mapping.Failed("version_unsupported", "A webhook of another version than 2.0; choose 2.0 in Ticto's webhook configuration.");
        if (root.At("status").Text() is not { } status)
            return Mapping.Failed("unmapped", "No status.");

        var kind = KindOf(status, root);
        var (order, item) = (root.At("order"), root.At("item"));
        var subscription = root.At("subscriptions").Items().FirstOrDefault();
        return Mapping.Of(new()
        {
            GatewayEvent = status,
            Kind = kind,
            Time = SaleTime.FromText(TimeText(root, kind), context.ReceivedAt),
            SaleId = order.At("hash").Text() ?? order.At("id").Text(),
            Reference = order.At("hash").Text(),
            Method = PaymentMethods.Of(root.At("payment_method").Text()),
            Money = MoneyReads.FromHundredths(order.At("paid_amount"), root.At("producer", "amount"), Currency),
            ProductId = item.At("product_id").Text(),
            ProductName = item.At("product_name").Text(),
            OfferId = item.At("offer_code").Text() ?? item.At("offer_id").Text(),
            Coupon = item.At("coupon_name").Text(),
            Installments = order.At("installments").Count(),
            SubscriptionId = subscription.At("id").Text(),
            Cycle = subscription.At("successful_charges").Count(),
            Tracking = CheckoutTracking.Read(root.At("tracking"), "src", "sck").Or(CheckoutTracking.Read(root.At("query_params"))),
            Buyer = Buyer(root.At("customer")),
        });
    }

    /// <summary>Canonical kind of a status.</summary>
    internal static SaleKind KindOf(string status, JsonElement root) => status switch
    {
        "waiting_payment" or "pix_created" or "bank_slip_created" => SaleKind.Pending,
        "authorized" => root.At("subscriptions").Items().Any(static one => one.At("successful_charges").Count() > 1) ? SaleKind.Renewed : SaleKind.Approved,
        "refused" => SaleKind.Refused,
        "pix_expired" or "bank_slip_delayed" => SaleKind.Expired,
        "refunded" => SaleKind.Refunded,
        "claimed" => SaleKind.RefundRequested,
        "chargeback" => SaleKind.Chargeback,
        "abandoned_cart" => SaleKind.CartAbandoned,
        "subscription_canceled" => SaleKind.SubscriptionCanceled,
        "subscription_delayed" => SaleKind.SubscriptionLate,
        "all_charges_paid" or "extended" or "uncanceled" or "card_exchanged" or "trial" or "trial_started" or "trial_ended" or "close" =>
            SaleKind.SubscriptionChanged,
        _ => SaleKind.Unmapped,
    };

    private static PersonData Buyer(JsonElement customer)
    {
        var phone = customer.At("phone");
        var number = phone.At("number").Text() is { } local ? $"+{phone.At("ddi").Text()?.TrimStart('+') ?? "55"}{phone.At("ddd").Text()}{local}" : null;
        var buyer = Buyers.Of(customer.At("name").Text(), first: null, last: null, customer.At("email").Text(), number);
        var address = customer.At("address");
        if (address.At("is_mock").ValueKind is JsonValueKind.True)
            return buyer;

        buyer.City = address.At("city").Text();
        buyer.State = address.At("state").Text();
        buyer.Zip = address.At("zip_code").Text();
        buyer.Country = address.At("country").Text();
        return buyer;
    }

    private static string? TimeText(JsonElement root, SaleKind kind) => kind is SaleKind.Pending or SaleKind.CartAbandoned
        ? root.At("order", "order_date").Text()
        : root.At("status_date").Text() ?? (SaleKinds.IsPaid(kind) ? root.At("order", "order_date").Text() : null);
}
