using TrackHub.Matching.Deciding;

namespace TrackHub.Load.Stages;

/// <summary>What a comparison's outcome was counted at: the source of the weights in production.</summary>
internal sealed class OutcomeCounts
{
    private readonly Dictionary<string, (long Buyers, long Others)> _outcomes = [];
    private readonly Dictionary<string, (long Sales, long WithBuyer)> _addresses = [];

    /// <summary>Counts the visitors around one sale.</summary>
    public void Add(IReadOnlyList<Likelihood> likelihoods, bool crowded, Func<Visitor, bool> isBuyer)
    {
        foreach (var likelihood in likelihoods)
        {
            var buyer = isBuyer(likelihood.Visitor);
            foreach (var part in likelihood.Parts.Skip(1))
            {
                var (buyers, others) = _outcomes.GetValueOrDefault(part.Name);
                _outcomes[part.Name] = buyer ? (buyers + 1, others) : (buyers, others + 1);
            }
        }

        AddAddress(crowded ? "crowded_ip" : "ip", [.. likelihoods.Where(static l => l.Visitor.SameAddress)], isBuyer);
        AddAddress("ip_prefix", [.. likelihoods.Where(static l => !l.Visitor.SameAddress)], isBuyer);
    }

    /// <summary>Takes another count into this one.</summary>
    public void Add(OutcomeCounts other)
    {
        foreach (var (name, (buyers, others)) in other._outcomes)
            _outcomes[name] = (_outcomes.GetValueOrDefault(name).Buyers + buyers, _outcomes.GetValueOrDefault(name).Others + others);
        foreach (var (name, (sales, withBuyer)) in other._addresses)
            _addresses[name] = (_addresses.GetValueOrDefault(name).Sales + sales, _addresses.GetValueOrDefault(name).WithBuyer + withBuyer);
    }

    /// <summary>Odds, per kind of address, that the buyer is among the visitors seen there.</summary>
    public IEnumerable<(string Name, long Sales, double Odds)> Addresses() =>
        _addresses.OrderBy(static a => a.Key).Select(static a => (a.Key, a.Value.Sales, (double)a.Value.WithBuyer / Math.Max(1, a.Value.Sales - a.Value.WithBuyer)));

    /// <summary>Shares of each outcome among those outcomes that its comparison has.</summary>
    public IEnumerable<(string Name, double M, double U)> Outcomes()
    {
        foreach (var comparison in Comparisons)
        {
            var (buyers, others) = (comparison.Sum(n => _outcomes.GetValueOrDefault(n).Buyers), comparison.Sum(n => _outcomes.GetValueOrDefault(n).Others));
            foreach (var name in comparison)
            {
                var count = _outcomes.GetValueOrDefault(name);
                yield return (name, (double)count.Buyers / Math.Max(1, buyers), (double)count.Others / Math.Max(1, others));
            }
        }
    }

    private static readonly IReadOnlyList<IReadOnlyList<string>> Comparisons =
    [
        ["user_agent", "browser_version", "browser_family", "other_browser"],
        ["country", "other_country"],
        ["region", "other_region"],
        ["product", "other_product"],
        ["landing_page", "other_landing_page"],
        ["utm_campaign", "other_utm_campaign"],
        ["utm_source", "other_utm_source"],
        ["checkout", "no_checkout"],
        [.. ProbabilisticWeights.Default.Time.Select(static t => t.Level.Name)],
    ];

    private void AddAddress(string kind, List<Likelihood> there, Func<Visitor, bool> isBuyer)
    {
        if (there.Count == 0)
            return;
        var (sales, withBuyer) = _addresses.GetValueOrDefault(kind);
        _addresses[kind] = (sales + 1, withBuyer + (there.Exists(l => isBuyer(l.Visitor)) ? 1 : 0));
    }
}
