using StackExchange.Redis;
using TrackHub.Matching.Deciding;
using TrackHub.Matching.Windows;
using TrackHub.Schemas;

namespace TrackHub.Matching.Sales;

/// <summary>
/// Looks for the clicks of a batch of sales: one Redis round trip per stage for all sales that still need it, and one more where e-mails
/// or phones lead to sessions.
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
                open[i].Decision = DecisionEngine.DecideStage(
                    stage, open[i].Facts, signal => candidates.GetValueOrDefault(signal) ?? [], open[i].Rules, open[i].Trail);
            }

            open = [.. open.Where(static sale => sale.Decision.Winner is null)];
        }
    }

    private async Task<IReadOnlyList<Dictionary<Signal, List<Candidate>>>> ReadAsync(
        MatchStage stage, IReadOnlyList<SaleWork> sales, CancellationToken cancellationToken)
    {
        var asked = new List<(int Sale, Signal Signal, RedisKey Key)>();
        for (var i = 0; i < sales.Count; i++)
        {
            foreach (var signal in DecisionEngine.SignalsOf(stage, sales[i].Rules))
            {
                if (IndexOf(sales[i].Sale.Event, signal) is { } index)
                    asked.Add((i, signal, WindowKeys.Window(sales[i].Sale.Brand.Id, signal, index)));
            }
        }

        var found = sales.Select(static _ => new Dictionary<Signal, List<Candidate>>()).ToList();
        var links = new List<(int Sale, Signal Signal, DateTimeOffset LinkedAt, RedisKey Key)>();
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
                    links.Add((sale, signal, member.LinkedAt, WindowKeys.Window(sales[sale].Sale.Brand.Id, Signal.Session, member.Session!)));
            }
        }

        await FollowAsync(links, found, cancellationToken);
        return found;
    }

    /// <summary>The second hop: what the sessions did that gave this e-mail or phone.</summary>
    private async Task FollowAsync(
        List<(int Sale, Signal Signal, DateTimeOffset LinkedAt, RedisKey Key)> links, List<Dictionary<Signal, List<Candidate>>> found,
        CancellationToken cancellationToken)
    {
        // A session that gave the e-mail several times is asked once, as of the first time.
        var first = links
            .GroupBy(static l => (l.Sale, l.Signal, l.Key))
            .Select(static g => (g.Key.Sale, g.Key.Signal, LinkedAt: g.Min(static l => l.LinkedAt), g.Key.Key))
            .ToList();
        var members = await windows.ReadAsync(first.ConvertAll(static l => l.Key), cancellationToken);
        for (var i = 0; i < first.Count; i++)
        {
            foreach (var member in members[i])
            {
                if (member.Event is { } candidate)
                    found[first[i].Sale][first[i].Signal].Add(candidate with { LinkedAt = first[i].LinkedAt });
            }
        }
    }

    private static byte[]? IndexOf(TrackedEvent sale, Signal signal) => signal switch
    {
        Signal.ClickId => sale.ClickId is { Length: > 0 } id ? WindowKeys.IndexOf(id) : null,
        Signal.Session => sale.SessionId is { Length: > 0 } id ? WindowKeys.IndexOf(id) : null,
        Signal.Email => sale.Keys.Email,
        Signal.Phone => sale.Keys.Phone,
        Signal.Fbclid => sale.Keys.Fbclid,
        Signal.Ip => sale.Keys.Ip,
        Signal.IpPrefix => sale.Keys.IpPrefix,
        _ => null,
    };
}
