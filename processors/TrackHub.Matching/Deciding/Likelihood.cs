namespace TrackHub.Matching.Deciding;

/// <summary>The visitors near a sale's address.</summary>
/// <param name="Likelihoods">Each with the probability of being its buyer, the likeliest first.</param>
/// <param name="Crowded">Whether the window of the sale's very address is full: more were there than it remembers.</param>
internal readonly record struct Nearby(IReadOnlyList<Likelihood> Likelihoods, bool Crowded);

/// <summary>How likely a visitor is the buyer, compared with the other visitors around and with somebody who was never seen.</summary>
/// <param name="Visitor">The visitor.</param>
/// <param name="LogOdds">Natural logarithm of the odds against somebody never seen.</param>
/// <param name="Parts">What each comparison added.</param>
internal sealed record Likelihood(Visitor Visitor, double LogOdds, IReadOnlyList<Likelihood.Part> Parts)
{
    /// <summary>One comparison's outcome and what it added, in nats.</summary>
    internal readonly record struct Part(string Name, double Weight);

    /// <summary>The probability that this visitor is the buyer, 0 to 1: his odds among those of all and of nobody.</summary>
    public double Probability { get; init; }

    /// <summary>The probability he would have, were the others not there.</summary>
    public double Alone => 1 / (1 + Math.Exp(-LogOdds));

    /// <summary>Every visitor, the likeliest first.</summary>
    /// <param name="crowded">Whether the window of the sale's very address is full.</param>
    public static IReadOnlyList<Likelihood> Of(SaleFacts sale, IReadOnlyList<Visitor> visitors, bool crowded, ProbabilisticWeights weights)
    {
        var around = new Surroundings(sale, visitors, crowded, weights);
        var all = visitors.Select(visitor => Of(visitor, around.Compare(visitor), weights)).ToList();

        // Relative to the largest, so that no power overflows.
        var largest = Math.Max(0, all.Count == 0 ? 0 : all.Max(static l => l.LogOdds));
        var total = Math.Exp(-largest) + all.Sum(l => Math.Exp(l.LogOdds - largest));
        return [.. all.Select(l => l with { Probability = Math.Exp(l.LogOdds - largest) / total }).OrderByDescending(static l => l.Probability)];
    }

    private static Likelihood Of(Visitor visitor, List<Part> parts, ProbabilisticWeights weights) =>
        new(visitor, weights.Confidence * parts.Sum(static p => p.Weight), parts);
}
