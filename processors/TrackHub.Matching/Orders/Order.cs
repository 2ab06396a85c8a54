using TrackHub.Schemas;

namespace TrackHub.Matching.Orders;

/// <summary>Names a sale: brand, gateway, and the gateway's sale id or <c>delivery:{id}</c>.</summary>
internal readonly record struct OrderKey(string BrandId, string Gateway, string SaleId)
{
    /// <summary>The key of a sale's record.</summary>
    public static OrderKey Of(TrackedEvent tracked, Sale sale) =>
        new(tracked.BrandId, sale.Gateway, sale.SaleId is { Length: > 0 } id ? id : "delivery:" + sale.DeliveryId);

    /// <summary>Key of its records in the log: <c>brand/gateway/sale id</c>.</summary>
    public override string ToString() => $"{BrandId}/{Gateway}/{SaleId}";
}

/// <summary>One event that made a revision.</summary>
/// <param name="IngestId">The event.</param>
/// <param name="Kind">What it told.</param>
/// <param name="Revision">The revision it made.</param>
internal sealed record OrderRevision(string IngestId, SaleKind Kind, long Revision)
{
    /// <summary>The Conversion it produced, wire format; loaded only for events that are read again, set for those just made.</summary>
    public byte[]? Outcome { get; set; }
}

/// <summary>What PostgreSQL remembers of a sale. Changed only by <see cref="OrderLife"/>, under the order's lock.</summary>
internal sealed class Order(OrderKey key)
{
    /// <summary>Stands in no name, for names are written as one text.</summary>
    public const char NameSeparator = '\x1f';

    public OrderKey Key { get; } = key;

    /// <summary>State by rank; meaningless before the first revision.</summary>
    public SaleKind State { get; set; }

    /// <summary>0 for a sale never seen.</summary>
    public long Revision { get; set; }

    /// <summary>The event that emitted the Purchase; null until then.</summary>
    public string? PurchaseIngestId { get; set; }

    /// <summary>The Conversion that found the winning click, wire format; null while there is none.</summary>
    public byte[]? Matched { get; set; }

    /// <summary>Stage and score of the winning click, for people who look into the table.</summary>
    public (MatchStage Stage, double Score) Found { get; set; }

    /// <summary>When the sale was first heard of.</summary>
    public DateTimeOffset FirstSeen { get; set; }

    /// <summary>Newest amount told, minor units.</summary>
    public long? AmountMinor { get; set; }

    /// <summary>Its currency.</summary>
    public string? Currency { get; set; }

    /// <summary>By which the gateway's events name the sale; empty where it has one id for it.</summary>
    public SortedSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Every event that made a revision, in any order.</summary>
    public List<OrderRevision> Revisions { get; } = [];

    /// <summary>Whether the sale has its click.</summary>
    public bool HasClick => Matched is not null;
}
