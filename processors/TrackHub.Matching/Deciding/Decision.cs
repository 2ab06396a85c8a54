using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>Which click led to a sale, and why.</summary>
/// <param name="Stage">Stage that found it; none without a winner.</param>
/// <param name="Score">1 for exact keys, the stage-3 score, 0 without a winner.</param>
/// <param name="Winner">The click; null where no stage found one.</param>
internal sealed record Decision(MatchStage Stage, double Score, Candidate? Winner)
{
    /// <summary>No stage found a click.</summary>
    public static readonly Decision None = new(MatchStage.None, 0, null);
}
