using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.PerfectPay;

/// <summary>Perfect Pay: every state of a sale in one shape, JSON or form, proved by a static token in the body.</summary>
/// <remarks>Format: help.perfectpay.com.br "Integração via webhook"; shapes of real deliveries. No test marker is known.</remarks>
internal sealed class PerfectPayGateway : IGateway
{
    /// <inheritdoc/>
    public string Name => "perfectpay";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => ["token"];

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) =>
        Secrets.AnyEquals(webhook.Root.At("token").Text(), secrets) ? new("body") : Proof.None;

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        if (PerfectPayStates.Of(root) is not var (name, kind))
            return Mapping.Failed("unmapped", "Neither sale_status_enum nor sale_status_enum_key.");

        var currency = CurrencyOf(root, "currency_enum") ?? context.DefaultCurrency;
        var plan = root.At("plan");
        var subscription = root.At("subscription");
        return Mapping.Of(new()
        {
            GatewayEvent = name,
            Kind = kind,
            Time = SaleTime.FromText(TimeText(root, kind), context.ReceivedAt),
            SaleId = root.At("code").Text(),
            Reference = root.At("code").Text(),
            Method = PerfectPayStates.MethodOf(root),
            Money = MoneyReads.FromMajor(root.At("sale_amount"), ProducerShare(root, currency), currency),
            ProductId = root.At("product", "code").Text(),
            ProductName = root.At("product", "name").Text(),
            OfferId = plan.At("code").Text() ?? plan.At("name").Text(),
            Coupon = root.At("coupon_code").Text(),
            Installments = root.At("installments").Count(),
            SubscriptionId = subscription.At("code").Text(),
            Cycle = subscription.At("charges_made").Count(),
            Tracking = CheckoutTracking.Read(root.At("metadata"), "utm_perfect", "sck", "src")
                .OrClickIdOf(root.At("tracking").Text())
                .OrClickIdOf(root.At("url_tracking").Text())
                .OrClickIdOf(root.At("sck").Text()),
            Buyer = Buyer(root.At("customer")),
        });
    }

    private static PersonData Buyer(JsonElement customer)
    {
        var buyer = Buyers.Of(customer.At("full_name").Text(), first: null, last: null, customer.At("email").Text(), Phone(customer));
        buyer.City = customer.At("city").Text();
        buyer.State = customer.At("state").Text();
        buyer.Zip = customer.At("zip_code").Text();
        buyer.Country = customer.At("country").Text();
        buyer.BirthDate = customer.At("birthday").Text() ?? customer.At("date_birth").Text();
        buyer.Ip = customer.At("ip").Text();
        buyer.UserAgent = customer.At("user_agent").Text();
        return buyer;
    }

    private static string? Phone(JsonElement customer)
    {
        if (customer.At("phone_formated_ddi").Text() is { } international)
            return international;
        if (customer.At("phone_area_code").Text() is { } area && customer.At("phone_number").Text() is { } number)
            return $"+{customer.At("phone_extension").Text()?.TrimStart('+') ?? "55"}{area}{number}";
        return customer.At("phone_formated").Text();
    }

    // Later states carry the sale's two dates unchanged: their own time is when they are told.
    private static string? TimeText(JsonElement sale, SaleKind kind) => kind switch
    {
        SaleKind.Approved or SaleKind.Renewed => sale.At("date_approved").Text() ?? sale.At("date_created").Text(),
        SaleKind.Pending or SaleKind.CartAbandoned => sale.At("date_created").Text(),
        _ => null,
    };

    // The list also names the gateway's fee and co-producers, with their personal data, which is not read.
    private static JsonElement ProducerShare(JsonElement sale, string currency) =>
        sale.At("commission").Items()
            .Where(share => share.At("affiliation_type_enum").Integer() is 1 && (CurrencyOf(share, "currency_enum") ?? currency) == currency)
            .Select(static share => share.At("commission_amount"))
            .FirstOrDefault();

    private static string? CurrencyOf(JsonElement element, string number) =>
        MoneyReads.CurrencyCode(element.At(number + "_key")) ?? element.At(number).Integer() switch
        {
            1 => "BRL",
            2 => "USD",
            3 => "EUR",
            _ => null,
        };
}
