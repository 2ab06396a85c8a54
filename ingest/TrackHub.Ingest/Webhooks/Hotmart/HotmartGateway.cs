using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Hotmart;

/// <summary>Hotmart, webhook version 2.0.0: purchases, carts, subscription events.</summary>
/// <remarks>Format: developers.hotmart.com, webhook 2.0.0; shapes of real deliveries of 2025 where they differ.</remarks>
internal sealed class HotmartGateway : IGateway
{
    private const string TokenHeader = "X-HOTMART-HOTTOK";

    /// <inheritdoc/>
    public string Name => "hotmart";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => ["hottok"];

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets)
    {
        // The header decides; older deliveries carry the token in the body instead.
        if (webhook.HasHeader(TokenHeader))
            return Secrets.AnyEquals(webhook.SingleHeader(TokenHeader), secrets) ? new("header") : Proof.None;
        return Secrets.AnyEquals(webhook.Root.At("hottok").Text(), secrets) ? new("body") : Proof.None;
    }

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        var version = root.At("version").Text();
        if (version is not null && !version.StartsWith("2.", StringComparison.Ordinal))
            return Mapping.Failed("version_unsupported", "A webhook of another version than 2.0.0; choose 2.0.0 in Hotmart's webhook configuration.");
        if (root.At("event").Text() is not { } name || !root.At("data").IsObject())
            return Mapping.Failed("unmapped", "No event or data: not a webhook of version 2.0.0; choose 2.0.0 in Hotmart's webhook configuration.");

        var data = root.At("data");
        var kind = HotmartEvents.KindOf(name, data.At("purchase"));
        var created = (root.At("creation_date").Integer() ?? root.At("creationDate").Integer(), context.ReceivedAt);
        return Mapping.Of(data.At("purchase").IsObject()
            ? MapPurchase(name, kind, root.At("id").Text(), data, created, context)
            : MapOther(name, kind, root.At("id").Text(), data, created));
    }

    private static SaleEvent MapPurchase(
        string name, SaleKind kind, string? deliveryId, JsonElement data, (long? Ms, DateTimeOffset ReceivedAt) created, MappingContext context)
    {
        var purchase = data.At("purchase");
        var price = purchase.At("price");
        var currency = MoneyReads.CurrencyCode(price.At("currency_value")) ?? context.DefaultCurrency;
        var paidAt = SaleKinds.IsPaid(kind) ? purchase.At("approved_date").Integer() : null;
        return new()
        {
            GatewayEvent = name,
            Kind = kind,
            Time = SaleTime.FromUnixMilliseconds(paidAt ?? created.Ms, created.ReceivedAt),
            DeliveryId = deliveryId,
            SaleId = purchase.At("transaction").Text(),
            Reference = purchase.At("transaction").Text(),
            Test = IsTest(data, data.At("product")),
            Method = HotmartEvents.MethodOf(purchase.At("payment", "type").Text()),
            // full_price holds the buyer's card interest; price is what was sold.
            Money = MoneyReads.FromMajor(price.At("value"), ProducerShare(data, currency), currency),
            ProductId = data.At("product", "id").Text(),
            ProductName = data.At("product", "name").Text(),
            OfferId = purchase.At("offer", "code").Text() ?? data.At("subscription", "plan", "id").Text(),
            Coupon = purchase.At("offer", "coupon_code").Text(),
            Installments = purchase.At("payment", "installments_number").Count(),
            SubscriptionId = data.At("subscription", "subscriber", "code").Text(),
            Cycle = purchase.At("recurrence_number").Count(),
            Tracking = CheckoutTracking.Read(purchase.At("origin"), "xcod", "sck", "src"),
            Buyer = Buyer(data, purchase.At("checkout_country", "iso").Text()),
        };
    }

    private static SaleEvent MapOther(
        string name, SaleKind kind, string? deliveryId, JsonElement data, (long? Ms, DateTimeOffset ReceivedAt) created)
    {
        var subscription = data.At("subscription");
        var product = data.At("product").IsObject() ? data.At("product") : subscription.At("product");
        var ownTime = data.At("cancellation_date").Integer() ?? data.At("switch_plan_date").Integer();
        return new()
        {
            GatewayEvent = name,
            Kind = kind,
            Time = SaleTime.FromUnixMilliseconds(ownTime ?? created.Ms, created.ReceivedAt),
            DeliveryId = deliveryId,
            Test = IsTest(data, product),
            ProductId = product.At("id").Text(),
            ProductName = product.At("name").Text(),
            OfferId = data.At("offer", "code").Text() ?? data.At("plan", "offer", "code").Text() ?? CurrentPlan(data)
                ?? subscription.At("plan", "id").Text(),
            SubscriptionId = data.At("subscriber", "code").Text() ?? subscription.At("subscriber_code").Text(),
            Buyer = data.At("buyer").IsObject() ? Buyer(data, data.At("checkout_country", "iso").Text()) : Subscriber(data),
        };
    }

    private static PersonData Buyer(JsonElement data, string? checkoutCountry)
    {
        var buyer = data.At("buyer");
        var address = buyer.At("address");
        var phone = HotmartPhone.Of(
            buyer.At("checkout_phone").Text() ?? buyer.At("phone").Text(), buyer.At("checkout_phone_code").Text(), checkoutCountry);
        var person = Buyers.Of(
            buyer.At("name").Text(), buyer.At("first_name").Text(), buyer.At("last_name").Text(), buyer.At("email").Text(), phone);
        person.City = address.At("city").Text();
        person.State = address.At("state").Text();
        person.Zip = address.At("zipcode").Text();
        person.Country = address.At("country_iso").Text() ?? checkoutCountry ?? address.At("country").Text();
        person.Ip = data.At("purchase", "buyer_ip").Text();
        return person;
    }

    private static PersonData Subscriber(JsonElement data)
    {
        var subscriber = data.At("subscriber");
        var phone = subscriber.At("phone");
        var number = HotmartPhone.Of(phone.At("cell").Text(), phone.At("dddCell").Text(), country: null)
            ?? HotmartPhone.Of(phone.At("phone").Text(), phone.At("dddPhone").Text(), country: null);
        var email = subscriber.At("email").Text() ?? data.At("subscription", "user", "email").Text();
        return Buyers.Of(subscriber.At("name").Text(), first: null, last: null, email, number);
    }

    // A share in another currency than the price is no part of it.
    private static JsonElement ProducerShare(JsonElement data, string currency) =>
        data.At("commissions").Items()
            .Where(share => share.At("source").Text() is "PRODUCER" && (MoneyReads.CurrencyCode(share.At("currency_value")) ?? currency) == currency)
            .Select(static share => share.At("value"))
            .FirstOrDefault();

    private static string? CurrentPlan(JsonElement data) =>
        data.At("plans").Items()
            .Where(static plan => plan.At("current").ValueKind is JsonValueKind.True)
            .Select(static plan => plan.At("offer", "key").Text() ?? plan.At("id").Text())
            .FirstOrDefault();

    // The panel's button has no flag: it sends one invented product and sale.
    private static bool IsTest(JsonElement data, JsonElement product) =>
        product.At("id").Integer() is 0
        || product.At("name").Text() is "Produto test postback2"
        || data.At("purchase", "transaction").Text() is "HP16015479281022"
        || (data.At("buyer", "email").Text()?.StartsWith("testeComprador", StringComparison.OrdinalIgnoreCase) ?? false);
}
