using TrackHub.Schemas;

namespace TrackHub.Matching.Orders;

/// <summary>What an event means to its order.</summary>
internal enum OrderVerdict
{
    /// <summary>A new revision.</summary>
    Revision,

    /// <summary>The event made a revision before: the same outcome goes out again.</summary>
    Again,

    /// <summary>Another event told the same before.</summary>
    Duplicate,
}

/// <summary>One step in the life of an order.</summary>
/// <param name="Verdict">What the event means.</param>
/// <param name="Revision">The revision made, now or before; 0 for a duplicate.</param>
/// <param name="State">State of the sale after it.</param>
/// <param name="Purchase">Whether this event is the one that emits the Purchase.</param>
internal readonly record struct OrderStep(OrderVerdict Verdict, long Revision, SaleKind State, bool Purchase);

/// <summary>
/// The state machine of a sale. The first <c>approved</c> emits the Purchase whatever rank is stored; a kind already seen changes
/// nothing; a lower rank that is new makes a revision for the history.
/// </summary>
internal static class OrderLife
{
    /// <summary>What the event means, without changing anything.</summary>
    public static OrderVerdict Judge(Order order, string ingestId, SaleKind kind)
    {
        var verdict = OrderVerdict.Revision;
        foreach (var seen in order.Revisions)
        {
            if (seen.IngestId == ingestId)
                return OrderVerdict.Again;
            if (SaleStates.Repeats(kind, seen.Kind))
                verdict = OrderVerdict.Duplicate;
        }

        return verdict;
    }

    /// <summary>Takes the event into the order.</summary>
    /// <param name="purchasable">Whether an approval of it is a Purchase at all: not a test, and worth something.</param>
    public static OrderStep Apply(Order order, string ingestId, SaleKind kind, bool purchasable)
    {
        switch (Judge(order, ingestId, kind))
        {
            case OrderVerdict.Again:
                var mine = order.Revisions.Find(r => r.IngestId == ingestId)!;
                return new(OrderVerdict.Again, mine.Revision, order.State, order.PurchaseIngestId == ingestId);
            case OrderVerdict.Duplicate:
                return new(OrderVerdict.Duplicate, 0, order.State, false);
        }

        var purchase = kind == SaleKind.Approved && purchasable && order.PurchaseIngestId is null;
        order.State = order.Revision == 0 ? kind : SaleStates.Higher(kind, order.State);
        order.Revision++;
        order.Revisions.Add(new(ingestId, kind, order.Revision));
        if (purchase)
            order.PurchaseIngestId = ingestId;
        return new(OrderVerdict.Revision, order.Revision, order.State, purchase);
    }

    /// <summary>
    /// Takes in what was told of the sale under another of its names before anybody knew that the two are one: its Purchase, so that there is no
    /// second, and its state, once the sale has one of its own.
    /// </summary>
    public static void Adopt(Order order, Order part)
    {
        if (part == order || part.Revision == 0)
            return;
        order.PurchaseIngestId ??= part.PurchaseIngestId;
        if (order.Revision > 0)
            order.State = SaleStates.Higher(order.State, part.State);
    }
}
