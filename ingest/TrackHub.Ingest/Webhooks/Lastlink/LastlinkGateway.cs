using System.Text.Json;
using TrackHub.Ingest.Json;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks.Lastlink;

/// <summary>Lastlink: events in Pascal case, proved by a static token in a header.</summary>
/// <remarks>Format: support.lastlink.com, webhook articles; the header as public handlers read it.</remarks>
internal sealed class LastlinkGateway : IGateway
{
    /// <inheritdoc/>
    public string Name => "lastlink";

    /// <inheritdoc/>
    public IReadOnlyList<string> SecretProperties => [];

    /// <inheritdoc/>
    public Proof Verify(Webhook webhook, IReadOnlyList<byte[]> secrets) =>
        Secrets.AnyEquals(webhook.SingleHeader("x-lastlink-token"), secrets) ? new("header") : Proof.None;

    /// <inheritdoc/>
    public Mapping Map(JsonElement root, MappingContext context)
    {
        if (root.At("Event").Text() is not { } name)
            return Mapping.Failed("unmapped", "No Event.");

        var data = root.At("Data");
        var purchase = data.At("Purchase");
        var kind = KindOf(name, purchase);
        var product = data.At("Products").Items().FirstOrDefault();
        return Mapping.Of(new()
        {
            GatewayEvent = name,
            Kind = kind,
            Time = SaleTime.FromText((SaleKinds.IsPaid(kind) ? purchase.At("PaymentDate").Text() : null) ?? root.At("CreatedAt").Text(), context.ReceivedAt),
            DeliveryId = root.At("Id").Text(),
            SaleId = purchase.At("PaymentId").Text(),
            Reference = purchase.At("PaymentId").Text(),
            Test = root.At("IsTest").ValueKind is JsonValueKind.True,
            Method = PaymentMethods.Of(purchase.At("Payment", "PaymentMethod").Text()),
            Money = MoneyReads.FromMajor(purchase.At("Price", "Value"), default, MoneyReads.CurrencyCode(purchase.At("Price", "Currency")) ?? "BRL"),
            ProductId = product.At("Id").Text(),
            ProductName = product.At("Name").Text(),
            OfferId = data.At("Offer", "Id").Text(),
            Installments = purchase.At("Payment", "NumberOfInstallments").Count(),
            SubscriptionId = data.At("Subscriptions").Items().Select(static one => one.At("Id").Text()).FirstOrDefault(),
            Cycle = purchase.At("Recurrency").Count(),
            Tracking = CheckoutTracking.Read(data.At("Utm"), UtmNames.Pascal, "UtmContent", "UtmTerm"),
            Buyer = Buyer(data.At("Buyer")),
        });
    }

    /// <summary>Canonical kind of an event.</summary>
    internal static SaleKind KindOf(string name, JsonElement purchase) => name switch
    {
        "Abandoned_Cart" => SaleKind.CartAbandoned,
        "Purchase_Request_Confirmed" => SaleKind.Pending,
        "Purchase_Request_Canceled" => SaleKind.Canceled,
        "Purchase_Request_Expired" => SaleKind.Expired,
        // Fires for renewals as well.
        "Purchase_Order_Confirmed" => purchase.At("Recurrency").Count() > 1 ? SaleKind.Renewed : SaleKind.Approved,
        "Recurrent_Payment" => SaleKind.Renewed,
        "Payment_Refund" => SaleKind.Refunded,
        "Payment_Chargeback" => SaleKind.Chargeback,
        "Subscription_Canceled" or "Subscription_Expired" => SaleKind.SubscriptionCanceled,
        "Product_Access_Started" or "Product_Access_Ended" => SaleKind.Ignored,
        _ => SaleKind.Unmapped,
    };

    private static PersonData Buyer(JsonElement buyer)
    {
        var person = Buyers.Of(buyer.At("Name").Text(), first: null, last: null, buyer.At("Email").Text(), buyer.At("PhoneNumber").Text());
        var address = buyer.At("Address");
        person.City = address.At("City").Text();
        person.State = address.At("State").Text();
        person.Zip = address.At("ZipCode").Text();
        person.Country = address.At("Country").Text();
        return person;
    }
}
