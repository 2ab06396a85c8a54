using System.Runtime.CompilerServices;
using Npgsql;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Orders;
using TrackHub.Matching.Sales;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

using Order = TrackHub.Matching.Orders.Order;

namespace TrackHub.Matching.Replaying;

/// <summary>Reads a part of a topic, each time from its start: records in any order.</summary>
public delegate IAsyncEnumerable<IReadOnlyList<StreamRecord>> ReadRange(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

/// <summary>
/// Decides a range of sales again in memory: the live matcher's search, decisions, passes and life of orders, over windows made from the log.
/// It sends nothing, stores nothing, joins no group and asks no Redis.
/// </summary>
/// <remarks>
/// Clicks that have left <c>track-events</c> (9 days) come from the ledger's table <c>clicks</c>. Limit: what an order was told before the range is not
/// known to it. Memory grows with the sales of the range and the events that share a key with one of them, not with all clicks. One thread.
/// </remarks>
public sealed class ShadowReplay
{
    private static readonly TimeSpan LastLateness = MatchRules.Lateness(SaleEvent.LastPass);

    // Between receipt and append, at the most of a healthy log.
    private static readonly TimeSpan Append = TimeSpan.FromMinutes(1);

    // A click's id is made by the ingress's clock, its append time by the broker's.
    private static readonly TimeSpan Margin = LogReach.Margin;
    private const int TableChunk = 5_000;

    private readonly RecordCodec _codec;
    private readonly IReadOnlyDictionary<string, Brand> _brands;
    private readonly List<SaleEvent> _sales;
    private readonly MemoryWindows _windows = new();

    private ShadowReplay(RecordCodec codec, IReadOnlyDictionary<string, Brand> brands, List<SaleEvent> sales) => (_codec, _brands, _sales) = (codec, brands, sales);

    /// <summary>Sales' events in the range.</summary>
    public int Sales => _sales.Count;

    /// <summary>Members of the windows that these sales may ask.</summary>
    public long Members => _windows.Members;

    /// <summary>Reads sales, then, twice, the browser events that may have led to them: first which sessions their identities lead to, then what was done there.</summary>
    /// <param name="codec">Decodes records.</param>
    /// <param name="brands">Brands whose sales count; those of others are passed over.</param>
    /// <param name="longest">Longest window of any rules that will be asked.</param>
    /// <param name="sales">Records of <c>ingest-events</c>.</param>
    /// <param name="clicks">Reads <c>track-events</c>.</param>
    /// <param name="postgres">Where the table <c>clicks</c> is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ShadowReplay> ReadAsync(
        RecordCodec codec, IEnumerable<Brand> brands, TimeSpan longest, IAsyncEnumerable<IReadOnlyList<StreamRecord>> sales, ReadRange clicks,
        NpgsqlDataSource postgres, CancellationToken cancellationToken)
    {
        var known = brands.ToDictionary(static b => b.Id, StringComparer.Ordinal);
        var found = new List<SaleEvent>();
        await foreach (var (record, tracked) in DecodedAsync(codec, known, sales, isSale: true, cancellationToken))
        {
            if (SaleStates.IsState(tracked.Sale!.Kind))
                found.Add(new(record, tracked, tracked.Sale, known[tracked.BrandId], 1));
        }

        var replay = new ShadowReplay(codec, known, [.. found.OrderBy(static s => s.Record.Timestamp).ThenBy(static s => s.Event.IngestId, StringComparer.Ordinal)]);
        if (found.Count > 0)
            await replay.ReadClicksAsync(longest, clicks, new(postgres), cancellationToken);
        return replay;
    }

    /// <summary>Decides every order of the range under each brand's rules.</summary>
    public async Task<IReadOnlyList<ShadowOrder>> DecideAsync(Func<string, BrandSettings> rules, CancellationToken cancellationToken)
    {
        var byBrand = _brands.Keys.ToDictionary(static id => id, id => MatchRules.Of(rules(id)), StringComparer.Ordinal);
        var orders = new Dictionary<OrderKey, (Order Order, Decision Decision)>();
        var due = new PriorityQueue<SaleEvent, (DateTimeOffset At, int Sequence)>();
        foreach (var sale in _sales)
            due.Enqueue(sale, (sale.Event.ReceivedAt, due.Count));
        var sequence = due.Count;
        while (due.TryDequeue(out var sale, out _))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (order, decision) = orders.TryGetValue(sale.Key, out var known) ? known : (new(sale.Key), Decision.None);
            if (OrderLife.Judge(order, sale.Event.IngestId, sale.Sale.Kind) != OrderVerdict.Revision)
                continue;

            if (sale.SearchesClick && decision.Winner is null)
                decision = await SearchAsync(sale, byBrand[sale.Event.BrandId], cancellationToken);
            if (sale.MayWait && decision.Winner is null)
            {
                due.Enqueue(sale with { Pass = sale.Pass + 1 }, (sale.Event.ReceivedAt + MatchRules.Lateness(sale.Pass + 1), sequence++));
                orders.TryAdd(sale.Key, (order, Decision.None));
                continue;
            }

            OrderLife.Apply(order, sale.Event.IngestId, sale.Sale.Kind, sale.IsPurchasable);
            (order.AmountMinor, order.Currency) = (sale.Sale.AmountMinor ?? order.AmountMinor, sale.Sale.Currency ?? order.Currency ?? sale.Brand.Currency);
            orders[sale.Key] = (order, decision);
        }

        return [.. orders.Values.Select(o => Told(o.Order, o.Decision))];
    }

    private async Task<Decision> SearchAsync(SaleEvent sale, MatchRules rules, CancellationToken cancellationToken)
    {
        var work = new SaleWork(sale, rules);
        var known = _windows.AsOf(sale.Event.ReceivedAt + MatchRules.Lateness(sale.Pass), rules.Window);
        await new ClickSearch(known).SearchAsync([work], cancellationToken);
        return work.Decision;
    }

    private ShadowOrder Told(Order order, Decision decision)
    {
        var click = decision.Winner is { } winner ? _windows.Find(winner.IngestId) : null;
        return new()
        {
            BrandId = order.Key.BrandId,
            Gateway = order.Key.Gateway,
            SaleId = order.Key.SaleId,
            Stage = decision.Stage.ToSymbol(),
            Score = decision.Score,
            Reason = decision.Reason,
            ClickIngestId = decision.Winner?.IngestId,
            Campaign = click?.Traits.UtmCampaign,
            IsPurchase = order.PurchaseIngestId is not null,
            AmountMinor = order.AmountMinor,
            Currency = order.Currency,
        };
    }

    private async Task ReadClicksAsync(TimeSpan longest, ReadRange clicks, ClickTable table, CancellationToken cancellationToken)
    {
        var wanted = _sales.SelectMany(static s => ClickSearch.KeysOf(s.Event)).ToHashSet();
        var (from, to) = (_sales.Min(static s => s.Event.ReceivedAt) - longest, _sales.Max(static s => s.Event.ReceivedAt > s.Record.Timestamp ? s.Event.ReceivedAt : s.Record.Timestamp) + LastLateness + Append);
        var sessions = new HashSet<WindowKey>();
        var reach = new Dictionary<int, DateTimeOffset>();
        await foreach (var (record, tracked) in DecodedAsync(_codec, _brands, clicks(from, to, cancellationToken), isSale: false, cancellationToken))
        {
            reach.TryAdd(record.Coordinates.Partition, record.Timestamp);
            NoteSession(tracked);
        }

        // What is older than a partition's first record may have left the log; of one without records, everything may. Read twice, it is one click.
        var before = reach.Count < Topics.TrackEvents.Partitions ? to : reach.Values.Max() + Margin;
        await foreach (var tracked in KeptAsync(table, from, before, cancellationToken))
            NoteSession(tracked);

        wanted.UnionWith(sessions);
        await foreach (var (_, tracked) in DecodedAsync(_codec, _brands, clicks(from, to, cancellationToken), isSale: false, cancellationToken))
            _windows.Add(tracked, wanted.Contains);
        await foreach (var tracked in KeptAsync(table, from, before, cancellationToken))
            _windows.Add(tracked, wanted.Contains);

        void NoteSession(TrackedEvent tracked)
        {
            if (tracked.SessionId is not { Length: > 0 } id || !WindowEntries.Of(tracked).Any(e => e.Kind == WindowKind.Links && wanted.Contains(e.Key)))
                return;
            var session = WindowKeys.IndexOf(id);
            sessions.Add(WindowKeys.Window(tracked.BrandId, Signal.Session, session));
            sessions.Add(WindowKeys.Identities(tracked.BrandId, session));
        }
    }

    private async IAsyncEnumerable<TrackedEvent> KeptAsync(
        ClickTable table, DateTimeOffset from, DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in table.ReadAsync(from, before, TableChunk, cancellationToken))
        {
            foreach (var tracked in chunk.Where(tracked => _brands.ContainsKey(tracked.BrandId)))
                yield return tracked;
        }
    }

    /// <summary>Records that the live matcher would work with; the others are dead letters there.</summary>
    private static async IAsyncEnumerable<(StreamRecord Record, TrackedEvent Event)> DecodedAsync(
        RecordCodec codec, IReadOnlyDictionary<string, Brand> brands, IAsyncEnumerable<IReadOnlyList<StreamRecord>> batches, bool isSale,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in batches.WithCancellation(cancellationToken))
        {
            await codec.PrepareAsync(batch, cancellationToken);
            foreach (var record in batch)
            {
                if (codec.TryDecode<TrackedEvent>(record, out var tracked, out _)
                    && brands.TryGetValue(tracked.BrandId, out var brand) && EventGate.FaultOf(record, tracked, brand, isSale) is null)
                {
                    yield return (record, tracked);
                }
            }
        }
    }
}
