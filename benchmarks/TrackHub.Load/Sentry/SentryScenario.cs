using TrackHub.Metrics.Sentry.Judging;

namespace TrackHub.Load.Sentry;

/// <summary><c>load sentry</c>: not how fast but how right. Made series with incidents of known depth, and a labelled benchmark where there is a copy, through the production engine.</summary>
internal static class SentryScenario
{
    /// <summary>Name on the command line.</summary>
    public const string Name = "sentry";

    /// <summary>Seeds the figures are from; scores and windows were chosen on others.</summary>
    public static readonly IReadOnlyList<int> JudgedSeeds = [101, 102, 103, 104, 105, 106];

    /// <summary>Sizes of brands, in sales a day.</summary>
    public static readonly IReadOnlyList<double> Sizes = [20, 100, 1_000, 10_000];

    /// <summary>Judges all.</summary>
    /// <param name="nabDirectory">A copy of the Numenta Anomaly Benchmark; null: none.</param>
    public static SentryReport Run(string? nabDirectory)
    {
        var (made, labelled) = (Trials(), Trials());
        foreach (var (seed, size) in JudgedSeeds.SelectMany(static seed => Sizes.Select(size => (seed, size))))
        {
            var brand = MadeBrand.Make(size, (seed * 100_000) + (int)size);
            foreach (var trial in made)
                trial.Add(brand, size);
        }

        var series = nabDirectory is null ? [] : NabSeries.Read(nabDirectory);
        foreach (var (trial, nab) in labelled.SelectMany(trial => series.Select(nab => (trial, nab))))
            trial.Add(nab);
        return new(made, labelled, [.. series.Select(static nab => nab.Name)]);
    }

    private static SentryTrial[] Trials() => [new("low", SentryRules.Low), new("medium", SentryRules.Medium), new("high", SentryRules.High)];
}
