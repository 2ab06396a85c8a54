using TrackHub.Platform.Identity;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Webhooks;

/// <summary>One state of one sale as a gateway told it, in TrackHub's terms. Lives in memory only: it holds personal data in clear.</summary>
internal sealed record SaleEvent
{
    /// <summary>The gateway's own word for the event.</summary>
    public required string GatewayEvent { get; init; }

    /// <summary>Its canonical kind; <see cref="SaleKind.Unmapped"/> for a word that is not known.</summary>
    public required SaleKind Kind { get; init; }

    /// <summary>When it happened.</summary>
    public required SaleTime Time { get; init; }

    /// <summary>The gateway's id of this delivery; null where it gives none and the body's hash stands in.</summary>
    public string? DeliveryId { get; init; }

    /// <summary>The gateway's id of the sale; null on events that have none.</summary>
    public string? SaleId { get; init; }

    /// <summary>Every id by which the gateway's events name the sale, <see cref="SaleId"/> among them; empty where it has one.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>What buyer and seller see.</summary>
    public string? Reference { get; init; }

    /// <summary>Sent by the gateway's test button.</summary>
    public bool Test { get; init; }

    /// <summary>How the buyer pays.</summary>
    public PaymentMethod Method { get; init; }

    /// <summary>Gross, net and currency.</summary>
    public SaleMoney Money { get; init; }

    /// <summary>Gateway's product id.</summary>
    public string? ProductId { get; init; }

    /// <summary>Product name.</summary>
    public string? ProductName { get; init; }

    /// <summary>Offer or plan.</summary>
    public string? OfferId { get; init; }

    /// <summary>Coupon code.</summary>
    public string? Coupon { get; init; }

    /// <summary>Number of instalments.</summary>
    public int? Installments { get; init; }

    /// <summary>Subscription this charge belongs to.</summary>
    public string? SubscriptionId { get; init; }

    /// <summary>1 is the first charge.</summary>
    public int? Cycle { get; init; }

    /// <summary>What came back through the checkout.</summary>
    public CheckoutTracking Tracking { get; init; } = CheckoutTracking.None;

    /// <summary>The buyer, in clear.</summary>
    public required PersonData Buyer { get; init; }
}

/// <summary>Money of a sale.</summary>
/// <param name="AmountMinor">Gross in minor units; null if none is told.</param>
/// <param name="NetMinor">The producer's share in minor units of the same currency; null if none is told.</param>
/// <param name="Currency">ISO 4217, upper case; null if no amount is told.</param>
/// <param name="Unreadable">An amount stands there that is no amount: not to be guessed.</param>
internal readonly record struct SaleMoney(long? AmountMinor, long? NetMinor, string? Currency, bool Unreadable = false);
