using Microsoft.Extensions.Options;
using TrackHub.Matching.Deciding;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Matching.Sales;

/// <summary>What stage 3, asked blind, made of a sale whose click stage 1 knows.</summary>
internal enum BlindOutcome
{
    /// <summary>The visitor whose click it was.</summary>
    Right,

    /// <summary>Another visitor.</summary>
    Wrong,

    /// <summary>Nobody: below the threshold, or nobody near.</summary>
    None,

    /// <summary>The sale brings no address, so that stage 3 is never asked.</summary>
    NoAddress,
}

/// <summary>
/// Asks stage 3 about sales that stage 1 has resolved, without the keys that resolved them, and counts how right it would have been: each brand's
/// own precision and recall, on its own traffic.
/// </summary>
internal sealed class BlindCheck(ClickSearch search, IOptions<MatchingOptions> options, MatchingMetrics metrics)
{
    /// <summary>Checks a batch's sales after their records are out. At most <see cref="MatchingOptions.MaxBlind"/>: under load it is a sample.</summary>
    public async Task RunAsync(IReadOnlyList<SaleWork> sales, CancellationToken cancellationToken)
    {
        var known = sales.Where(static s => s.Decision.Stage == MatchStage.Deterministic && s.Rules.Threshold < 1).Take(options.Value.MaxBlind).ToList();
        if (known.Count == 0)
            return;
        try
        {
            var nearby = await search.NearbyAsync(known, cancellationToken);
            for (var i = 0; i < known.Count; i++)
                metrics.Blind(known[i].Sale.Brand.Id, Judge(known[i].Facts, known[i].Decision.Winner!, nearby[i].Likelihoods, known[i].Rules.Threshold));
        }
        catch (DependencyAwayException)
        {
            // The sales are done; a check that cannot be made is left out.
        }
    }

    /// <summary>Compares the likeliest visitor with the click that is known.</summary>
    internal static BlindOutcome Judge(SaleFacts sale, Candidate truth, IReadOnlyList<Likelihood> nearby, double threshold)
    {
        if (!sale.Present.Contains(Signal.Ip) && !sale.Present.Contains(Signal.IpPrefix))
            return BlindOutcome.NoAddress;
        if (nearby.Count == 0 || Math.Round(nearby[0].Probability, 4) < threshold)
            return BlindOutcome.None;
        var isTruth = nearby[0].Visitor.Events.Any(e => e.IngestId == truth.IngestId || (truth.SessionTag != 0 && e.SessionTag == truth.SessionTag));
        return isTruth ? BlindOutcome.Right : BlindOutcome.Wrong;
    }
}
