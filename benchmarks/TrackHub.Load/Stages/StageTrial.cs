using TrackHub.Matching.Deciding;
using TrackHub.Matching.Replaying;
using TrackHub.Matching.Sales;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Load.Stages;

/// <summary>What stage 3, blind to every exact key, says of a sale.</summary>
/// <param name="Probability">Probability of its likeliest visitor; 0 where nobody was near.</param>
/// <param name="Right">Whether that is the buyer.</param>
/// <param name="Known">Whether the buyer had been seen at all, so that there was something to find.</param>
internal readonly record struct BlindGuess(double Probability, bool Right, bool Known);

/// <summary>What the stages in their order made of the sales.</summary>
internal sealed record StageTally(MatchStage Stage, int Sales, int Right);

/// <summary>Runs labelled traffic through the production code: the same window entries, the same search, the same decision.</summary>
internal sealed class StageTrial
{
    private static readonly Brand Brand = new("labelled0001", "labelled", "labelled", "UTC", "BRL", null, new(new byte[32]), BrandSettings.Default);
    private static readonly StreamRecord NoRecord = new() { Coordinates = new("labelled", 0, 0), Timestamp = default, Value = [] };
    private readonly MatchRules _rules = new();
    private readonly LabelledTraffic _traffic;
    private readonly MemoryWindows _windows = new();

    private StageTrial(LabelledTraffic traffic)
    {
        _traffic = traffic;
        foreach (var tracked in traffic.Events)
            _windows.Add(tracked);
    }

    /// <summary>Blind guesses of every sale that brings an address.</summary>
    public List<BlindGuess> Guesses { get; } = [];

    /// <summary>Of the same sales the sum of weights of each visitor around, and which of them is the buyer; -1: none.</summary>
    public List<(double[] Weights, int Buyer)> Sums { get; } = [];

    /// <summary>Per stage what it chose.</summary>
    public List<StageTally> Tallies { get; } = [];

    /// <summary>How often each outcome of each comparison was seen: of buyers, and of the others around.</summary>
    public OutcomeCounts Counts { get; } = new();

    /// <summary>Runs the traffic of one seed.</summary>
    public static async Task<StageTrial> RunAsync(TrafficMix mix, int seed, CancellationToken cancellationToken)
    {
        var trial = new StageTrial(LabelledTraffic.Make(mix, seed));
        var decided = new List<(MatchStage Stage, bool Right)>();
        foreach (var sale in trial._traffic.Sales)
        {
            var search = new ClickSearch(trial._windows.AsOf(sale.Event.ReceivedAt, trial._rules.Window));
            decided.Add(await trial.DecideAsync(search, sale, cancellationToken));
            if (sale.Event.Keys.Ip is not null)
                await trial.GuessAsync(search, sale, cancellationToken);
        }

        trial.Tallies.AddRange(decided.GroupBy(static d => d.Stage).OrderBy(static g => g.Key).Select(static g => new StageTally(g.Key, g.Count(), g.Count(static d => d.Right))));
        return trial;
    }

    private async Task<(MatchStage Stage, bool Right)> DecideAsync(ClickSearch search, LabelledSale sale, CancellationToken cancellationToken)
    {
        var work = WorkOf(sale);
        await search.SearchAsync([work], cancellationToken);
        return (work.Decision.Stage, work.Decision.Winner is { } winner ? IsBuyers(sale, winner) : sale.Sessions.Count == 0);
    }

    private async Task GuessAsync(ClickSearch search, LabelledSale sale, CancellationToken cancellationToken)
    {
        var (likelihoods, crowded) = (await search.NearbyAsync([WorkOf(sale)], cancellationToken))[0];
        Counts.Add(likelihoods, crowded, visitor => IsBuyers(sale, visitor.Newest));
        var best = likelihoods.Count > 0 ? likelihoods[0] : null;
        Sums.Add(([.. likelihoods.Select(static l => l.Parts.Sum(static p => p.Weight))], likelihoods.Select(static l => l.Visitor.Newest).ToList().FindIndex(c => IsBuyers(sale, c))));
        Guesses.Add(new(best?.Probability ?? 0, best is not null && IsBuyers(sale, best.Visitor.Newest), sale.Sessions.Count > 0));
    }

    private SaleWork WorkOf(LabelledSale sale) => new(new(NoRecord, sale.Event, sale.Event.Sale!, Brand, 1), _rules);

    private bool IsBuyers(LabelledSale sale, Candidate candidate) =>
        _windows.Find(candidate.IngestId)!.SessionId is { } session && sale.Sessions.Contains(session);
}
