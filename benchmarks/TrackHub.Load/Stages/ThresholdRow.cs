namespace TrackHub.Load.Stages;

/// <summary>What a threshold of stage 3 gives.</summary>
/// <param name="Threshold">The threshold.</param>
/// <param name="Attributed">Sales it attributes.</param>
/// <param name="Right">Of those, to their buyer's visit.</param>
/// <param name="Findable">Sales whose buyer had been seen.</param>
internal readonly record struct ThresholdRow(double Threshold, int Attributed, int Right, int Findable)
{
    /// <summary>Share of the attributed that are right, 0 to 1; 1 where nothing is attributed.</summary>
    public double Precision => Attributed == 0 ? 1 : (double)Right / Attributed;

    /// <summary>Share of the findable that are attributed rightly, 0 to 1.</summary>
    public double Recall => Findable == 0 ? 0 : (double)Right / Findable;

    /// <summary>Judges guesses by a threshold.</summary>
    public static ThresholdRow Of(IReadOnlyCollection<BlindGuess> guesses, double threshold) => new(
        threshold, guesses.Count(g => g.Probability >= threshold), guesses.Count(g => g.Probability >= threshold && g.Right), guesses.Count(static g => g.Known));
}
