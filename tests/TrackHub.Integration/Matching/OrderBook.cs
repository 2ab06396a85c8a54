using TrackHub.Matching.Orders;
using TrackHub.Platform.Identity;
using TrackHub.Schemas;

using Arrived = TrackHub.Ingest.Webhooks.SaleEvent;
using SaleEvent = TrackHub.Matching.Sales.SaleEvent;
using SaleNames = TrackHub.Matching.Sales.SaleNames;

namespace TrackHub.Integration.Matching;

/// <summary>Orders in memory, each event a batch of its own: the matcher's rules of names and life without its stores.</summary>
internal sealed class OrderBook
{
    private readonly Dictionary<OrderKey, Order> _orders = [];
    private readonly Dictionary<OrderKey, int> _purchases = [];
    private readonly List<SaleEvent> _waiting = [];

    /// <summary>Takes an event in, and those that waited for what it says.</summary>
    public void Take(Arrived arrived)
    {
        var ingestId = EventIds.NewIngestId(TimeProvider.System);
        TrackedEvent tracked = new()
        {
            IngestId = ingestId,
            BrandId = "brandbrand01",
            Kind = EventKind.Sale,
            EventId = "",
            EventTime = arrived.Time.Time,
            ReceivedAt = arrived.Time.Time,
            Keys = new(),
            Traits = new(),
            Sale = new()
            {
                Gateway = "any",
                ConnectionId = "",
                SaleId = arrived.SaleId,
                DeliveryId = ingestId,
                Kind = arrived.Kind,
                GatewayEvent = arrived.GatewayEvent,
                Test = arrived.Test,
                AmountMinor = arrived.Money.AmountMinor,
                Names = arrived.Names,
            },
        };
        Take(new SaleEvent(new() { Coordinates = new("any", 0, 0), Timestamp = default }, tracked, tracked.Sale, Brand: null!, Pass: 1));
        foreach (var waiting in _waiting.ToList())
        {
            _waiting.Remove(waiting);
            Take(waiting);
        }
    }

    /// <summary>State and Purchases of each sale when nothing waits any longer; what went by another name of a sale is part of it.</summary>
    public IEnumerable<(string SaleId, SaleKind State, int Purchases)> End()
    {
        foreach (var waiting in _waiting.ToList())
            Take(waiting with { Pass = SaleEvent.LastPass });
        return _orders.Values.Where(order => order.Revision > 0 && !_orders.Values.Any(other => other != order && other.Names.Contains(order.Key.SaleId)))
            .OrderBy(static order => order.Key.SaleId, StringComparer.Ordinal)
            .Select(order => (order.Key.SaleId, order.State, _purchases.GetValueOrDefault(order.Key)));
    }

    private void Take(SaleEvent told)
    {
        if (!told.ConcernsOrder)
            return;
        var known = _orders.Values.SelectMany(static order => order.Names.Select(name => (Name: order.Key with { SaleId = name }, Order: order.Key)))
            .DistinctBy(static n => n.Name).ToDictionary(static n => n.Name, static n => n.Order);
        var sale = told with { Key = new SaleNames([told], known).OrderOf(told) };
        var order = _orders.TryGetValue(sale.Key, out var existing) ? existing : _orders[sale.Key] = new(sale.Key);
        if (order.Revision == 0 && sale.MayWaitForOrder)
        {
            _waiting.Add(told);
            return;
        }

        Adopt(sale, order);
        if (sale.OnlyTellsNames)
            return;
        if (OrderLife.Apply(order, sale.Event.IngestId, sale.Sale.Kind, sale.IsPurchasable).Purchase)
            _purchases[order.Key] = _purchases.GetValueOrDefault(order.Key) + 1;
        Adopt(sale, order);
    }

    private void Adopt(SaleEvent sale, Order order)
    {
        if (!sale.TellsNames)
            return;
        if (order.Revision > 0)
            order.Names.UnionWith(sale.Sale.Names);
        foreach (var name in sale.Names)
        {
            if (_orders.TryGetValue(name, out var part))
                OrderLife.Adopt(order, part);
        }
    }
}
