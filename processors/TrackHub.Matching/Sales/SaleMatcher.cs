using TrackHub.Matching.Consents;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Dispatching;
using TrackHub.Matching.Orders;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Matching.Sales;

/// <summary>
/// Matches a batch of sales: orders peeked, clicks searched stage by stage, order state changed in one transaction, everything produced.
/// Idempotent: a batch read again recognises what it did and produces it again.
/// </summary>
internal sealed class SaleMatcher(
    OrderStore orders, ClickSearch search, KnownClicks knownClicks, ConsentStore consents, WindowEpoch epoch, StoredConversions stored,
    SaleOutcomes outcomes, BlindCheck blind, Sealer sealer, RecordProducer producer, MatchingMetrics metrics)
{
    /// <summary>Looks at the orders of sales before they are matched, for instance while the windows pass them: what changes between this and the lock is looked at again.</summary>
    public Task<Peeked> PeekAsync(IReadOnlyList<SaleEvent> sales, CancellationToken cancellationToken) => LookAsync(StatesOf(sales), cancellationToken);

    /// <summary>Matches sales in their order; complete when every record they give rise to is persisted.</summary>
    /// <param name="sales">The sales.</param>
    /// <param name="looked">What <see cref="PeekAsync"/> said of the same sales; null if it was not asked.</param>
    /// <param name="flags">What the batch's circumstances add to each Conversion: clicks_behind, windows_incomplete.</param>
    /// <param name="windowsWhole">False to go on without whole windows.</param>
    /// <param name="turn">The batch's: orders are locked when it has come.</param>
    /// <param name="isLast">Whether it is passed on then, for nothing of the batch is left: who locks later finds the orders as these sales leave them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyAwayException">A store is away, or the windows were not whole: do it again.</exception>
    public async Task MatchAsync(
        IReadOnlyList<SaleEvent> sales, Peeked? looked, IReadOnlyList<string> flags, bool windowsWhole, BatchTurn turn, bool isLast, CancellationToken cancellationToken)
    {
        var states = StatesOf(sales);
        var outgoing = new List<OutgoingRecord>(sales.Count * 2);
        foreach (var other in sales.Where(static sale => !sale.ConcernsOrder))
        {
            outgoing.Add(outcomes.OfOther(other));
            metrics.Sale(other.Sale.Kind.ToSymbol(), MatchStage.None);
        }

        // Another batch or instance changed an order between look and lock: what was searched for may be found by now. Its sales look again.
        List<SaleWork> done = [];
        while (states.Count > 0)
        {
            var peeked = looked ?? await LookAsync(states, cancellationToken);
            looked = null;
            await FindAsync(peeked, windowsWhole, cancellationToken);
            await turn.ComesAsync(cancellationToken);
            var applied = await ApplyAsync(peeked, flags, isLast ? turn.Pass : static () => { }, outgoing, cancellationToken);
            done.AddRange(applied);
            states = [.. states.Where((_, i) => !applied.Contains(peeked.Works[i]))];
        }

        await producer.ProduceAllAsync(outgoing, cancellationToken);
        await blind.RunAsync(done, cancellationToken);
    }

    private static List<SaleEvent> StatesOf(IReadOnlyList<SaleEvent> sales) => [.. sales.Where(static sale => sale.ConcernsOrder)];

    /// <summary>Orders as they were before they were locked.</summary>
    internal sealed record Peeked(
        List<SaleWork> Works, IReadOnlyList<OrderKey> Keys, IReadOnlyList<OrderKey> Names, IReadOnlyDictionary<OrderKey, OrderKey> Named,
        IReadOnlyDictionary<OrderKey, Order> Orders, Dictionary<OrderKey, (Conversion Conversion, KnownClick? Click)> Matched)
    {
        /// <summary>What this attempt made, by ingest_id: a batch may hold a record twice.</summary>
        public Dictionary<string, Conversion> Made { get; } = [];

        /// <summary>Whether an order, or whose name it is, is no longer as it was peeked.</summary>
        public HashSet<OrderKey> ChangedIn(OrderTransaction transaction) =>
        [
            .. Keys.Where(key => transaction.RevisionOf(key) != Orders[key].Revision),
            .. Names.Where(name => transaction.Named(name) != (Named.TryGetValue(name, out var order) ? order : null)),
        ];
    }

    private async Task<Peeked> LookAsync(List<SaleEvent> sales, CancellationToken cancellationToken)
    {
        if (sales.Count == 0)
            return new([], [], [], new Dictionary<OrderKey, OrderKey>(), new Dictionary<OrderKey, Order>(), []);

        List<OrderKey> names = [.. sales.SelectMany(static s => s.Names).Distinct()];
        var named = await orders.NamedAsync(names, cancellationToken);
        var orderOf = new SaleNames(sales, named);
        List<OrderKey> keys = [.. sales.Select(static s => s.Key).Concat(names).Concat(sales.Select(orderOf.OrderOf)).Distinct()];
        List<Guid> ingestIds = [.. sales.Select(static s => s.IngestId).Distinct()];
        var known = await orders.PeekAsync(keys, ingestIds, cancellationToken);
        await stored.PrepareAsync(known.Values, cancellationToken);

        var matched = new Dictionary<OrderKey, (Conversion, KnownClick?)>();
        foreach (var order in known.Values.Where(static o => o.HasClick))
            matched[order.Key] = (stored.Decode(order.Matched!), null);

        var works = sales.ConvertAll(told =>
        {
            // A record read again belongs where it made its revision, whatever became known since.
            var again = known[told.Key].Revisions.Exists(r => r.IngestId == told.Event.IngestId);
            var sale = again ? told : told with { Key = orderOf.OrderOf(told) };
            var mine = known[sale.Key].Revisions.Find(r => r.IngestId == sale.Event.IngestId)?.Outcome;
            return new SaleWork(sale, MatchRules.Of(sale.Brand.Settings))
            {
                Earlier = mine is not null ? stored.Decode(mine) : matched.TryGetValue(sale.Key, out var m) ? m.Item1 : null,
            };
        });
        return new(works, keys, names, named, known, matched);
    }

    private async Task FindAsync(Peeked peeked, bool windowsWhole, CancellationToken cancellationToken)
    {
        await search.SearchAsync(
            peeked.Works.FindAll(work => work.Sale.SearchesClick && work.Earlier is null
                && OrderLife.Judge(peeked.Orders[work.Sale.Key], work.Sale.Event.IngestId, work.Sale.Sale.Kind) == OrderVerdict.Revision),
            cancellationToken);

        var clicks = await knownClicks.LoadAsync(
            [.. peeked.Works.Where(static w => w.ClickId is not null).Select(static w => (w.Sale.Brand, w.ClickId!.Value))], cancellationToken);

        // Behind all that was read of the windows; beside what is read elsewhere.
        var whole = windowsWhole ? epoch.EnsureWholeAsync(cancellationToken) : Task.CompletedTask;
        foreach (var work in peeked.Works)
        {
            work.Click = work.ClickId is { } id ? clicks.GetValueOrDefault(id) : null;
            if (work.Decision.Winner is not { } winner || work.Click is not null)
                continue;

            // The member outlived its record by a moment: there is nothing left to send or to show of that click.
            work.Trail.Miss("record_gone", 0, winner);
            work.Decision = Decision.Nobody(MatchReason.ClickGone);
        }

        foreach (var (key, (conversion, _)) in peeked.Matched.ToList())
            peeked.Matched[key] = (conversion, clicks.GetValueOrDefault(Guid.Parse(conversion.Click!.IngestId)));

        var finding = consents.FindAsync(
            peeked.Works.ConvertAll(static IReadOnlyList<ConsentSubject> (work) =>
                [.. ConsentSubject.Of(work.Sale.Event), .. work.Click is { } click ? ConsentSubject.Of(click.Event) : []]),
            cancellationToken);
        await Task.WhenAll(whole, finding);
        var found = await finding;
        for (var i = 0; i < peeked.Works.Count; i++)
            peeked.Works[i].Consent = found[i];
    }

    /// <summary>Changes the orders and says what is to be produced.</summary>
    /// <returns>The sales whose orders were as they had been peeked; the others are left undone.</returns>
    private async Task<HashSet<SaleWork>> ApplyAsync(
        Peeked peeked, IReadOnlyList<string> flags, Action locked, List<OutgoingRecord> outgoing, CancellationToken cancellationToken)
    {
        await using var transaction = await orders.LockAsync(peeked.Keys, peeked.Names, cancellationToken);
        locked();

        var stale = peeked.ChangedIn(transaction);
        var applied = peeked.Works.Where(work => !stale.Contains(work.Sale.Key) && !work.Sale.Names.Any(stale.Contains)).ToHashSet();
        var records = new List<OutgoingRecord>(applied.Count * 2);
        var changed = new HashSet<Order>();
        var revisions = new List<(OrderKey, OrderRevision)>();
        foreach (var work in peeked.Works.Where(applied.Contains))
        {
            var order = peeked.Orders[work.Sale.Key];
            if (order.Revision == 0 && work.Sale.MayWaitForOrder)
            {
                records.Add(outcomes.OfPending(work.Sale));
                continue;
            }

            if (TakeNames(work, order, peeked))
                changed.Add(order);
            if (work.Sale.OnlyTellsNames)
            {
                records.Add(outcomes.OfOther(work.Sale));
                continue;
            }

            switch (OrderLife.Judge(order, work.Sale.Event.IngestId, work.Sale.Sale.Kind))
            {
                case OrderVerdict.Duplicate:
                    records.Add(outcomes.OfDuplicate(work.Sale));
                    metrics.Sale("duplicate", MatchStage.None);
                    break;
                case OrderVerdict.Again:
                    records.AddRange(Again(work, order, peeked));
                    metrics.Sale("again", MatchStage.None);
                    break;
                case OrderVerdict.Revision when work.Sale.MayWait && !order.HasClick && work.Decision.Winner is null:
                    records.Add(outcomes.OfPending(work.Sale));
                    break;
                default:
                    records.AddRange(await ReviseAsync(work, order, peeked, flags, cancellationToken));
                    changed.Add(order);
                    revisions.Add((order.Key, order.Revisions[^1]));
                    break;
            }
        }

        await transaction.CommitAsync([.. changed], revisions, cancellationToken);
        outgoing.AddRange(records);
        return applied;
    }

    private async Task<IEnumerable<OutgoingRecord>> ReviseAsync(
        SaleWork work, Order order, Peeked peeked, IReadOnlyList<string> flags, CancellationToken cancellationToken)
    {
        var sale = work.Sale;
        Conversion? matched = null;
        if (order.HasClick)
            (matched, work.Click) = peeked.Matched[order.Key];

        if (order.Revision == 0)
            order.FirstSeen = sale.Event.ReceivedAt;
        (order.AmountMinor, order.Currency) = (sale.Sale.AmountMinor ?? order.AmountMinor, sale.Sale.Currency ?? order.Currency);
        var step = OrderLife.Apply(order, sale.Event.IngestId, sale.Sale.Kind, sale.IsPurchasable);
        TakeNames(work, order, peeked);
        step = step with { State = order.State };
        var userData = UserDataOf(work);
        var conversion = ConversionMaker.Make(work, step, matched, userData, ConversionMaker.ConsentOf(work), flags);
        var bytes = await stored.EncodeAsync(conversion, cancellationToken);
        order.Revisions[^1].Outcome = bytes;
        peeked.Made[sale.Event.IngestId] = conversion;
        if (!order.HasClick && conversion.Click is not null)
        {
            order.Matched = bytes;
            order.Found = (conversion.Stage, conversion.Score);
            peeked.Matched[order.Key] = (conversion, work.Click);
        }

        metrics.Sale("revision", conversion.Stage);
        if (conversion.Purchase)
            metrics.Purchase(conversion.Quality);
        return outcomes.OfRevision(work, conversion, userData);
    }

    /// <summary>Notes the names a sale tells, and takes in what was told under them; true if an order that is stored already changed by that.</summary>
    private static bool TakeNames(SaleWork work, Order order, Peeked peeked)
    {
        if (!work.Sale.TellsNames)
            return false;
        var before = (order.State, order.PurchaseIngestId, order.Names.Count);
        order.Names.UnionWith(work.Sale.Sale.Names);
        foreach (var name in work.Sale.Names)
            OrderLife.Adopt(order, peeked.Orders[name]);
        return order.Revision > 0 && (order.State, order.PurchaseIngestId, order.Names.Count) != before;
    }

    private IEnumerable<OutgoingRecord> Again(SaleWork work, Order order, Peeked peeked)
    {
        var ingestId = work.Sale.Event.IngestId;
        var conversion = peeked.Made.GetValueOrDefault(ingestId) ?? stored.Decode(order.Revisions.Find(r => r.IngestId == ingestId)!.Outcome!);
        // A copy of a record earlier in this very batch has searched for itself; the click that counts is the recorded one.
        if (conversion.Click is null)
            work.Click = null;
        else if (work.Click?.Event.IngestId != conversion.Click.IngestId && peeked.Matched.TryGetValue(order.Key, out var matched))
            work.Click = matched.Click;
        return outcomes.OfRevision(work, conversion, UserDataOf(work));
    }

    private UserData UserDataOf(SaleWork work) =>
        UserDataMerge.Merge(OpenedUserData.Of(sealer, work.Sale.Brand, work.Sale.Event), work.Click?.UserData);
}
