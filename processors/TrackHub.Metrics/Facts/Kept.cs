using TrackHub.Metrics.Summing;

namespace TrackHub.Metrics.Facts;

/// <summary>A fact and its share in the sums, as they are kept together.</summary>
/// <param name="Fact">What is known.</param>
/// <param name="Share">What of it stands in the sums; null: nothing.</param>
/// <param name="Edition">1 for a new row; each change makes it one more, so that a writer notices another one.</param>
internal sealed record Kept<TFact>(TFact Fact, Share? Share, int Edition)
{
    /// <summary>The row that replaces this one.</summary>
    public Kept<TFact> Next(TFact fact, Share? share) => new(fact, share, Edition + 1);
}
