using TrackHub.Matching.Orders;

namespace TrackHub.Matching.Sales;

/// <summary>
/// Which order each event belongs to where a gateway names a sale by several ids: Stripe tells a subscription's first payment under the subscription,
/// and refunds it under the payment. What is known of earlier events counts before what the batch itself tells.
/// </summary>
internal sealed class SaleNames
{
    private readonly IReadOnlyDictionary<OrderKey, OrderKey> _known;
    private readonly Dictionary<OrderKey, OrderKey> _told = [];

    /// <summary>Learns the names that a batch tells, wherever in it.</summary>
    /// <param name="sales">The batch.</param>
    /// <param name="known">Order of each name, as far as it is known.</param>
    public SaleNames(IReadOnlyList<SaleEvent> sales, IReadOnlyDictionary<OrderKey, OrderKey> known)
    {
        _known = known;

        // What only links two names is no sale: it is asked last, when the sales have said which names are theirs.
        foreach (var sale in sales.Where(static s => s.TellsNames).OrderBy(static s => s.OnlyTellsNames))
        {
            var order = OrderOf(sale);
            foreach (var name in sale.Names)
                _told.TryAdd(name, order);
        }
    }

    /// <summary>The order that goes by a name of this event; its own where none is known.</summary>
    public OrderKey OrderOf(SaleEvent sale) => Find(_known, sale) ?? Find(_told, sale) ?? sale.Key;

    private static OrderKey? Find(IReadOnlyDictionary<OrderKey, OrderKey> orders, SaleEvent sale)
    {
        foreach (var name in sale.Names)
        {
            if (orders.TryGetValue(name, out var order))
                return order;
        }

        return null;
    }
}
