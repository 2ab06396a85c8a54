namespace TrackHub.Load.Stages;

/// <summary>
/// <c>load stages</c>: not how fast but how right. Labelled traffic of many seeds through the production code of the three stages: counts behind
/// the weights, then precision and recall over thresholds on seeds that no number was taken from.
/// </summary>
internal static class StagesScenario
{
    /// <summary>Name on the command line.</summary>
    public const string Name = "stages";

    /// <summary>Seeds the weights were counted on.</summary>
    public static readonly IReadOnlyList<int> CountedSeeds = [1, 2, 3, 4, 5, 6, 7, 8];

    /// <summary>Seeds the figures are from.</summary>
    public static readonly IReadOnlyList<int> JudgedSeeds = [101, 102, 103, 104, 105, 106, 107, 108];

    /// <summary>Runs both sets of seeds.</summary>
    public static async Task<StagesReport> RunAsync(CancellationToken cancellationToken)
    {
        return new(await RunAsync(CountedSeeds), await RunAsync(JudgedSeeds));

        async Task<List<StageTrial>> RunAsync(IReadOnlyList<int> seeds)
        {
            var trials = new List<StageTrial>();
            foreach (var seed in seeds)
                trials.Add(await StageTrial.RunAsync(new(), seed, cancellationToken));
            return trials;
        }
    }
}
