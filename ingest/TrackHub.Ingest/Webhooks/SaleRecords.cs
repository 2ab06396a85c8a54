using System.Security.Cryptography;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Turns a sale in clear into the record that leaves the process: hashed, indexed, sealed.</summary>
internal sealed class SaleRecords(PersonSealer sealer, IngestMetrics metrics)
{
    /// <summary>Builds the record of an event, and its key in <c>ingest-events</c>.</summary>
    /// <param name="sale">The event, in clear.</param>
    /// <param name="origin">Whose it is.</param>
    /// <param name="deliveryId">Stands in where the gateway gives no delivery id.</param>
    /// <param name="ingestId">Its ingest id.</param>
    public (string Key, TrackedEvent Record) Build(SaleEvent sale, SaleOrigin origin, string deliveryId, string ingestId)
    {
        deliveryId = sale.DeliveryId ?? deliveryId;
        var identity = sale.SaleId ?? $"delivery:{deliveryId}";
        var buyer = sale.Buyer;
        buyer.Fbc = sale.Tracking.Fbc;
        buyer.Fbp = sale.Tracking.Fbp;
        buyer.Fbclid = sale.Tracking.Fbclid;
        buyer.FbclidSeenAt = sale.Time.Time;
        var person = sealer.Seal(origin.Brand, buyer, origin.ReceivedAt);
        metrics.Dropped(person.Dropped);

        var record = new TrackedEvent
        {
            IngestId = ingestId,
            BrandId = origin.Brand.Id,
            Kind = EventKind.Sale,
            EventId = EventIds.ForOrder(origin.Brand.Id, "Purchase", origin.Gateway, identity),
            EventTime = sale.Time.Time,
            ReceivedAt = origin.ReceivedAt,
            OriginalEventTime = sale.Time.Original,
            ClickId = sale.Tracking.ClickId,
            Keys = person.Keys,
            Traits = TraitsOf(sale, person),
            Sale = SaleOf(sale, origin, deliveryId),
            UserData = person.UserData,
        };
        return ($"{origin.Brand.Id}/{origin.Gateway}/{identity}", record);
    }

    /// <summary>The delivery id of a body whose gateway gives none: lower-case hex SHA-256.</summary>
    /// <param name="body">Raw bytes.</param>
    /// <param name="index">Place of the event in the body; from the second on it is part of the id.</param>
    public static string DeliveryIdOf(ReadOnlySpan<byte> body, int index)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        var id = Convert.ToHexStringLower(hash);
        return index is 0 ? id : $"{id}.{index}";
    }

    private static Sale SaleOf(SaleEvent sale, SaleOrigin origin, string deliveryId) => new()
    {
        Gateway = origin.Gateway,
        ConnectionId = origin.ConnectionId,
        SaleId = sale.SaleId,
        Reference = sale.Reference,
        DeliveryId = deliveryId,
        Kind = sale.Kind,
        GatewayEvent = sale.GatewayEvent,
        Test = sale.Test,
        Method = sale.Method,
        AmountMinor = sale.Money.AmountMinor,
        NetMinor = sale.Money.NetMinor,
        Currency = sale.Money.Currency,
        ProductId = sale.ProductId,
        ProductName = sale.ProductName,
        OfferId = sale.OfferId,
        Coupon = sale.Coupon,
        Installments = sale.Installments,
        SubscriptionId = sale.SubscriptionId,
        Cycle = sale.Cycle,
        Names = sale.Names,
    };

    private static Traits TraitsOf(SaleEvent sale, SealedPerson person)
    {
        // The buyer's own browser where the body tells it; never the gateway's server that made the request.
        var agent = UserAgents.Parse(sale.Buyer.UserAgent);
        return new()
        {
            Browser = agent.Browser,
            BrowserMajor = agent.Major,
            Os = agent.Os,
            Country = person.Country,
            Region = person.Region,
            Product = sale.ProductId,
            UtmSource = sale.Tracking.UtmSource,
            UtmMedium = sale.Tracking.UtmMedium,
            UtmCampaign = sale.Tracking.UtmCampaign,
            UtmContent = sale.Tracking.UtmContent,
            UtmTerm = sale.Tracking.UtmTerm,
            Gclid = sale.Tracking.Gclid,
        };
    }
}

/// <summary>Whose sale it is and when it came.</summary>
/// <param name="Brand">Brand of the connection.</param>
/// <param name="Gateway">Gateway name.</param>
/// <param name="ConnectionId">Public id of the connection's row.</param>
/// <param name="ReceivedAt">When the delivery came.</param>
internal readonly record struct SaleOrigin(Brand Brand, string Gateway, string ConnectionId, DateTimeOffset ReceivedAt);
