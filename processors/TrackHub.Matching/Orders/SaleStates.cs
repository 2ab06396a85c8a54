using TrackHub.Schemas;

namespace TrackHub.Matching.Orders;

/// <summary>
/// The life of a sale by rank, not by arrival (reference/gateways.md §1.4). Equal ranks are ordered as well, so that any order of
/// arrival ends in the same state.
/// </summary>
internal static class SaleStates
{
    /// <summary>Rank of a kind, 0 to 6; contract-level and unknown kinds, which have their own axis, are below all.</summary>
    public static int Rank(SaleKind kind) => Place(kind).Rank;

    /// <summary>The state of a sale in which both kinds were seen.</summary>
    public static SaleKind Higher(SaleKind left, SaleKind right) => Place(left).CompareTo(Place(right)) >= 0 ? left : right;

    /// <summary>Whether the kind is a state of a sale at all: unmapped and ignored ones are recorded and change nothing.</summary>
    public static bool IsState(SaleKind kind) => kind is not (SaleKind.Unmapped or SaleKind.Ignored);

    /// <summary>Whether a click is looked for: kinds by which a sale may first be heard of. Later ones keep the order's click.</summary>
    public static bool SearchesClick(SaleKind kind) =>
        kind is SaleKind.CartAbandoned or SaleKind.Pending or SaleKind.Refused or SaleKind.Approved or SaleKind.Renewed;

    /// <summary>Whether the kind says what became of a sale that was paid before: a refund, a dispute.</summary>
    public static bool IsAboutPaid(SaleKind kind) => Rank(kind) > Rank(SaleKind.Completed);

    /// <summary>Whether a sale of this kind waits for a click that is late.</summary>
    public static bool WaitsForClick(SaleKind kind) =>
        kind is SaleKind.CartAbandoned or SaleKind.Pending or SaleKind.Approved or SaleKind.Renewed;

    /// <summary>
    /// What makes a state a repetition: the same kind, and renewed after approved, for both say "paid" of one sale id. Approved after
    /// renewed is new: whichever comes first, the sale ends approved, with its one Purchase.
    /// </summary>
    public static bool Repeats(SaleKind kind, SaleKind seen) => kind == seen || (kind is SaleKind.Renewed && seen is SaleKind.Approved);

    private static (int Rank, int Within) Place(SaleKind kind) => kind switch
    {
        SaleKind.CartAbandoned => (0, 0),
        SaleKind.Pending => (1, 0),
        SaleKind.Refused => (2, 0),
        SaleKind.Expired => (2, 1),
        SaleKind.Canceled => (2, 2),
        SaleKind.Renewed => (3, 0),
        SaleKind.Approved => (3, 1),
        SaleKind.Completed => (3, 2),
        SaleKind.RefundRequested => (4, 0),
        SaleKind.Dispute => (4, 1),
        SaleKind.PartiallyRefunded => (5, 0),
        SaleKind.Refunded => (5, 1),
        SaleKind.Chargeback => (6, 0),
        SaleKind.SubscriptionChanged => (-1, 0),
        SaleKind.SubscriptionLate => (-1, 1),
        SaleKind.SubscriptionCanceled => (-1, 2),
        _ => (-2, 0),
    };
}
