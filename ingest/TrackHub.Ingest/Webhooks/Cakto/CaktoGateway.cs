using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Cakto;

/// <summary>Cakto: <c>{secret, event, data}</c>, proved by the secret in the body.</summary>
/// <remarks>
/// Format: Cakto's webhook documentation. It waits 10 seconds and takes any answer, a 500 too, as delivered. Its documents show names whose UTF-8
/// was encoded twice; those are read back.
/// </remarks>
internal sealed class CaktoGateway : IGateway
{
    // The gateway sells in reais alone and names no currency.
    private const string Currency = "BRL";

    /// <inheritdoc/>
    public string Name => "cakto";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => ["secret"];

    /// <inheritdoc/>
    public bool TakesAnyAnswerAsFinal => true;

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) =>
        Secrets.AnyEquals(webhook.Root.At("secret").Text(), secrets) ? new("body") : Proof.None;

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        var data = root.At("data");
        if (root.At("event").Text() is not { } name || !data.IsObject())
            return Mapping.Failed("unmapped", "No event or data.");

        var kind = KindOf(name, data);
        return Mapping.Of(new()
        {
            GatewayEvent = name,
            Kind = kind,
            Time = SaleTime.FromText(TimeText(data, kind), context.ReceivedAt),
            SaleId = data.At("id").Text(),
            Reference = data.At("refId").Text(),
            Method = PaymentMethods.Of(data.At("paymentMethod").Text()),
            Money = MoneyReads.FromMajor(data.At("amount"), ProducerShare(data), Currency),
            ProductId = data.At("product", "id").Text(),
            ProductName = Repaired(data.At("product", "name").Text()),
            OfferId = data.At("offer", "id").Text(),
            Coupon = data.At("couponCode").Text(),
            Installments = data.At("installments").Count(),
            SubscriptionId = data.At("subscription", "id").Text(),
            Cycle = data.At("subscription_period").Count(),
            Tracking = CheckoutTracking.Read(data, "sck").OrClickIdOf(data.At("checkoutUrl").Text()),
            Buyer = Buyer(data.At("customer")),
        });
    }

    /// <summary>Canonical kind of an event.</summary>
    internal static SaleKind KindOf(string name, JsonElement data) => name switch
    {
        "pix_gerado" or "boleto_gerado" or "picpay_gerado" => SaleKind.Pending,
        "purchase_approved" => data.At("subscription_period").Count() > 1 ? SaleKind.Renewed : SaleKind.Approved,
        "purchase_refused" => SaleKind.Refused,
        "refund" => SaleKind.Refunded,
        "chargeback" => SaleKind.Chargeback,
        "checkout_abandonment" => SaleKind.CartAbandoned,
        "subscription_renewed" => SaleKind.Renewed,
        "subscription_canceled" => SaleKind.SubscriptionCanceled,
        _ => SaleKind.Unmapped,
    };

    private static PersonData Buyer(JsonElement customer)
    {
        var buyer = Buyers.Of(
            Repaired(customer.At("name").Text()), first: null, last: null, customer.At("email").Text(), customer.At("phone").Text() is { } phone ? International(phone) : null);
        buyer.BirthDate = customer.At("birthDate").Text();
        return buyer;
    }

    // Digits with the country in front, without a plus.
    private static string International(string phone) =>
        phone.Length >= 12 && phone.StartsWith("55", StringComparison.Ordinal) ? "+" + phone : phone;

    private static JsonElement ProducerShare(JsonElement data) =>
        data.At("commissions").Items()
            .Where(static share => share.At("type").Text() is "producer")
            .Select(static share => share.At("totalAmount"))
            .FirstOrDefault();

    private static string? TimeText(JsonElement data, SaleKind kind) => kind switch
    {
        SaleKind.Approved or SaleKind.Renewed => data.At("paidAt").Text() ?? data.At("createdAt").Text(),
        SaleKind.Pending or SaleKind.CartAbandoned => data.At("createdAt").Text(),
        SaleKind.Refunded => data.At("refundedAt").Text(),
        SaleKind.Chargeback => data.At("chargedbackAt").Text(),
        _ => null,
    };

    // "CartÃ£o" is "Cartão" whose bytes were taken for letters: what is again UTF-8 when read as bytes was meant so.
    private static string? Repaired(string? text)
    {
        if (text is null || !text.Contains('Ã', StringComparison.Ordinal) || text.Any(static c => c > '\u00FF'))
            return text;

        var bytes = Encoding.Latin1.GetBytes(text);
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : text;
    }
}
