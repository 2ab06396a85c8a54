using TrackHub.Matching.Deciding;
using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Matching.Sales;

/// <summary>
/// Looks for the clicks of a batch of sales: one Redis round trip per stage for all sales that still need it, and one more where e-mails,
/// phones or external ids lead to sessions. Bounded by the windows: 32 sessions of an identity, 32 events of each, 8 identities of a session.
/// </summary>
internal sealed class ClickSearch(IWindowReader windows)
{
    /// <summary>Decides each sale; evidence goes to its trail.</summary>
    public async Task SearchAsync(IReadOnlyList<SaleWork> sales, CancellationToken cancellationToken)
    {
        var open = sales;
        foreach (var stage in DecisionEngine.Stages)
        {
            if (open.Count == 0)
                return;
            var found = await ReadAsync(stage, open, cancellationToken);
            for (var i = 0; i < open.Count; i++)
            {
                var candidates = found[i];
                open[i].Decision = open[i].Decision.Then(DecisionEngine.DecideStage(
                    stage, open[i].Facts, signal => candidates.GetValueOrDefault(signal) ?? [], open[i].Rules, open[i].Trail));
                NoteFirstTouch(open[i], candidates.Values);
            }

            open = [.. open.Where(static sale => sale.Decision.Winner is null)];
        }
    }

    /// <summary>Beside the last touch, which wins, the evidence names the first of the same visitor: it is asked for, and later nobody could say it.</summary>
    private static void NoteFirstTouch(SaleWork sale, IEnumerable<List<Candidate>> named)
    {
        if (sale.Decision.Winner is not { } winner)
            return;
        var touches = named.Where(touches => touches.Exists(c => c.IngestId == winner.IngestId)).SelectMany(static touches => touches)
            .Where(c => sale.Rules.Eligible(c, sale.Facts.ReceivedAt, sale.Facts.Pass)
                && (sale.Decision.Stage != MatchStage.Probabilistic || c.IngestId == winner.IngestId || (c.SessionTag != 0 && c.SessionTag == winner.SessionTag)));
        sale.Trail.Hit("first_touch", 0, Candidate.FirstTouch(touches)!);
    }

    /// <summary>What stage 3 alone says of each sale, blind to every exact key, and whether more visitors were at its address than the window holds.</summary>
    public async Task<IReadOnlyList<Nearby>> NearbyAsync(IReadOnlyList<SaleWork> sales, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(MatchStage.Probabilistic, sales, cancellationToken);
        return [.. sales.Select((sale, i) => DecisionEngine.Nearby(sale.Facts, signal => found[i].GetValueOrDefault(signal) ?? [], sale.Rules))];
    }

    /// <summary>Every window that a sale may ask for under any rules, those of a second hop left out.</summary>
    public static IEnumerable<WindowKey> KeysOf(TrackedEvent sale) => Enum.GetValues<Signal>()
        .Select(signal => (Signal: signal, Index: IndexOf(sale, signal)))
        .Where(static s => s.Index is not null)
        .Select(s => WindowKeys.Window(sale.BrandId, s.Signal, s.Index));

    private async Task<IReadOnlyList<Dictionary<Signal, List<Candidate>>>> ReadAsync(
        MatchStage stage, IReadOnlyList<SaleWork> sales, CancellationToken cancellationToken)
    {
        var asked = new List<(int Sale, Signal Signal, WindowKey Key)>();
        for (var i = 0; i < sales.Count; i++)
        {
            foreach (var signal in DecisionEngine.SignalsOf(stage, sales[i].Rules))
            {
                if (IndexOf(sales[i].Sale.Event, signal) is { } index)
                    asked.Add((i, signal, WindowKeys.Window(sales[i].Sale.Brand.Id, signal, index)));
            }
        }

        var found = sales.Select(static _ => new Dictionary<Signal, List<Candidate>>()).ToList();
        var links = new List<Link>();
        var members = await windows.ReadAsync(asked.ConvertAll(static a => a.Key), cancellationToken);
        for (var i = 0; i < asked.Count; i++)
        {
            var (sale, signal, _) = asked[i];
            var candidates = found[sale][signal] = [];
            foreach (var member in members[i])
            {
                if (member.Event is { } candidate)
                    candidates.Add(candidate);
                else
                    links.Add(new(sale, signal, member.LinkedAt, sales[sale].Sale.Brand.Id, member.Session!, IndexOf(sales[sale].Sale.Event, signal)!));
            }
        }

        await FollowAsync(links, found, cancellationToken);
        return found;
    }

    /// <summary>A session that gave an identity of a sale.</summary>
    private sealed record Link(int Sale, Signal Signal, DateTimeOffset LinkedAt, string BrandId, byte[] Session, byte[] Identity);

    /// <summary>The second hop: what the sessions did that gave this identity and still count it among theirs.</summary>
    private async Task FollowAsync(List<Link> links, List<Dictionary<Signal, List<Candidate>>> found, CancellationToken cancellationToken)
    {
        if (links.Count == 0)
            return;
        var members = windows.ReadAsync(links.ConvertAll(static l => WindowKeys.Window(l.BrandId, Signal.Session, l.Session)), cancellationToken);
        var held = windows.AreHeldAsync(
            links.ConvertAll(static l => (WindowKeys.Identities(l.BrandId, l.Session), WindowKeys.Held(l.Signal, l.Identity))), cancellationToken);
        await Task.WhenAll(members, held);
        for (var i = 0; i < links.Count; i++)
        {
            if (!(await held)[i])
                continue;
            foreach (var member in (await members)[i])
            {
                if (member.Event is { } candidate)
                    found[links[i].Sale][links[i].Signal].Add(candidate with { LinkedAt = links[i].LinkedAt });
            }
        }
    }

    private static byte[]? IndexOf(TrackedEvent sale, Signal signal) => signal switch
    {
        Signal.ClickId => sale.ClickId is { Length: > 0 } id ? WindowKeys.IndexOf(id) : null,
        Signal.Session => sale.SessionId is { Length: > 0 } id ? WindowKeys.IndexOf(id) : null,
        _ => sale.Keys.Of(signal),
    };
}
