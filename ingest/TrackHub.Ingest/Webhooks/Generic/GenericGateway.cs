using System.Collections.Frozen;
using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Generic;

/// <summary>A seller's own integration: TrackHub's words in TrackHub's shape, signed with HMAC-SHA256 and a time. Format: <c>docs/own-integrations.md</c>.</summary>
internal sealed class GenericGateway : IGateway
{
    private static readonly FrozenDictionary<string, SaleKind> Kinds = Enum.GetValues<SaleKind>()
        .Where(static kind => kind is not SaleKind.Unmapped)
        .ToFrozenDictionary(static kind => kind.ToSymbol(), StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Name => "generic";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => [];

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) => TimestampedSignature.Verify(webhook, "X-TrackHub-Signature", secrets);

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        if (root.At("event").Text() is not { } name)
            return Mapping.Failed("unmapped", "No event.");

        var sale = root.At("sale");
        var currency = MoneyReads.CurrencyCode(sale.At("currency")) ?? context.DefaultCurrency;
        return Mapping.Of(new()
        {
            GatewayEvent = name,
            Kind = Kinds.GetValueOrDefault(name, SaleKind.Unmapped),
            Time = SaleTime.FromText(root.At("occurred_at").Text(), context.ReceivedAt),
            DeliveryId = root.At("id").Text(),
            SaleId = sale.At("id").Text(),
            Reference = sale.At("reference").Text() ?? sale.At("id").Text(),
            Test = root.At("test").ValueKind is JsonValueKind.True,
            Method = PaymentMethods.Of(sale.At("payment_method").Text()),
            Money = MoneyReads.FromMajor(sale.At("amount"), sale.At("net"), currency),
            ProductId = root.At("product", "id").Text(),
            ProductName = root.At("product", "name").Text(),
            OfferId = root.At("product", "offer_id").Text(),
            Coupon = sale.At("coupon").Text(),
            Installments = sale.At("installments").Count(),
            SubscriptionId = sale.At("subscription_id").Text(),
            Cycle = sale.At("cycle").Count(),
            Tracking = CheckoutTracking.Read(root.At("tracking"), "click_id"),
            Buyer = Buyer(root.At("buyer")),
        });
    }

    private static PersonData Buyer(JsonElement person)
    {
        var buyer = Buyers.Of(
            person.At("name").Text(), person.At("first_name").Text(), person.At("last_name").Text(), person.At("email").Text(), person.At("phone").Text());
        buyer.City = person.At("city").Text();
        buyer.State = person.At("state").Text();
        buyer.Zip = person.At("zip").Text();
        buyer.Country = person.At("country").Text();
        buyer.BirthDate = person.At("birth_date").Text();
        buyer.Ip = person.At("ip").Text();
        buyer.UserAgent = person.At("user_agent").Text();
        return buyer;
    }
}
