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
    /// <summary>Matches sales in their order; complete when every record they give rise to is persisted.</summary>
    /// <param name="flags">What the batch's circumstances add to each Conversion: clicks_behind, windows_incomplete.</param>
    /// <param name="windowsWhole">False to go on without whole windows.</param>
    /// <param name="turn">The batch's: orders are locked when it has come.</param>
    /// <param name="isLast">Whether it is passed on then, for nothing of the batch is left: who locks later finds the orders as these sales leave them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="DependencyAwayException">A store is away, or the windows were not whole: do it again.</exception>
    public async Task MatchAsync(
        IReadOnlyList<SaleEvent> sales, IReadOnlyList<string> flags, bool windowsWhole, BatchTurn turn, bool isLast, CancellationToken cancellationToken)
    {
        var states = sales.Where(static sale => SaleStates.IsState(sale.Sale.Kind)).ToList();
        var outgoing = new List<OutgoingRecord>(sales.Count * 2);
        foreach (var other in sales.Where(static sale => !SaleStates.IsState(sale.Sale.Kind)))
        {
            outgoing.Add(outcomes.OfOther(other));
            metrics.Sale(other.Sale.Kind.ToSymbol(), MatchStage.None);
        }

        // Another batch or instance changed an order between look and lock: what was searched for may be found by now. Its sales look again.
        List<SaleWork> done = [];
        while (states.Count > 0)
        {
            var peeked = await PeekAsync(states, cancellationToken);
            await FindAsync(peeked, windowsWhole, cancellationToken);
            await turn.ComesAsync(cancellationToken);
            var applied = await ApplyAsync(peeked, flags, isLast ? turn.Pass : static () => { }, outgoing, cancellationToken);
            done.AddRange(peeked.Works.FindAll(work => applied.Contains(work.Sale.Key)));
            states.RemoveAll(sale => applied.Contains(sale.Key));
        }

        await producer.ProduceAllAsync(outgoing, cancellationToken);
        await blind.RunAsync(done, cancellationToken);
    }

    private sealed record Peeked(
        List<SaleWork> Works, IReadOnlyList<OrderKey> Keys, IReadOnlyList<Guid> IngestIds, IReadOnlyDictionary<OrderKey, Order> Orders,
        Dictionary<OrderKey, (Conversion Conversion, KnownClick? Click)> Matched)
    {
        /// <summary>What this attempt made, by ingest_id: a batch may hold a record twice.</summary>
        public Dictionary<string, Conversion> Made { get; } = [];
    }

    private async Task<Peeked> PeekAsync(List<SaleEvent> sales, CancellationToken cancellationToken)
    {
        List<OrderKey> keys = [.. sales.Select(static s => s.Key).Distinct()];
        List<Guid> ingestIds = [.. sales.Select(static s => s.IngestId).Distinct()];
        var known = await orders.PeekAsync(keys, ingestIds, cancellationToken);
        await stored.PrepareAsync(known.Values, cancellationToken);

        var matched = new Dictionary<OrderKey, (Conversion, KnownClick?)>();
        foreach (var order in known.Values.Where(static o => o.HasClick))
            matched[order.Key] = (stored.Decode(order.Matched!), null);

        var works = sales.ConvertAll(sale =>
        {
            var mine = known[sale.Key].Revisions.Find(r => r.IngestId == sale.Event.IngestId)?.Outcome;
            return new SaleWork(sale, MatchRules.Of(sale.Brand.Settings))
            {
                Earlier = mine is not null ? stored.Decode(mine) : matched.TryGetValue(sale.Key, out var m) ? m.Item1 : null,
            };
        });
        return new(works, keys, ingestIds, known, matched);
    }

    private async Task FindAsync(Peeked peeked, bool windowsWhole, CancellationToken cancellationToken)
    {
        await search.SearchAsync(
            peeked.Works.FindAll(work => work.Sale.SearchesClick && work.Earlier is null
                && OrderLife.Judge(peeked.Orders[work.Sale.Key], work.Sale.Event.IngestId, work.Sale.Sale.Kind) == OrderVerdict.Revision),
            cancellationToken);

        var clicks = await knownClicks.LoadAsync(
            [.. peeked.Works.Where(static w => w.ClickId is not null).Select(static w => (w.Sale.Brand, w.ClickId!.Value))], cancellationToken);
        if (windowsWhole)
            await epoch.EnsureWholeAsync(cancellationToken);

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

        var found = await consents.FindAsync(
            peeked.Works.ConvertAll(static IReadOnlyList<ConsentSubject> (work) =>
                [.. ConsentSubject.Of(work.Sale.Event), .. work.Click is { } click ? ConsentSubject.Of(click.Event) : []]),
            cancellationToken);
        for (var i = 0; i < peeked.Works.Count; i++)
            peeked.Works[i].Consent = found[i];
    }

    /// <summary>Changes the orders and says what is to be produced.</summary>
    /// <returns>The orders that were as they had been peeked; what concerns others is left undone.</returns>
    private async Task<HashSet<OrderKey>> ApplyAsync(
        Peeked peeked, IReadOnlyList<string> flags, Action locked, List<OutgoingRecord> outgoing, CancellationToken cancellationToken)
    {
        await using var transaction = await orders.LockAsync(peeked.Keys, cancellationToken);
        locked();

        var current = peeked.Keys.Where(key => transaction.RevisionOf(key) == peeked.Orders[key].Revision).ToHashSet();
        var records = new List<OutgoingRecord>(peeked.Works.Count * 2);
        var changed = new HashSet<Order>();
        var revisions = new List<(OrderKey, OrderRevision)>();
        foreach (var work in peeked.Works.Where(work => current.Contains(work.Sale.Key)))
        {
            var order = peeked.Orders[work.Sale.Key];
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
        return current;
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
