using TrackHub.Schemas;

namespace TrackHub.Matching.Deciding;

/// <summary>Which click led to a sale, and why.</summary>
/// <param name="Stage">Stage that found it; none without a winner.</param>
/// <param name="Score">1 for exact keys, the probability of stage 3, 0 without a winner.</param>
/// <param name="Winner">The click; null where no stage found one.</param>
/// <param name="Reason">The signal that found it, or one of <see cref="MatchReason"/>.</param>
internal sealed record Decision(MatchStage Stage, double Score, Candidate? Winner, string Reason)
{
    /// <summary>No stage was asked yet.</summary>
    public static readonly Decision None = Nobody(MatchReason.NotSearched);

    /// <summary>A stage that found no click.</summary>
    public static Decision Nobody(string reason) => new(MatchStage.None, 0, null, reason);

    /// <summary>What a further stage adds: its winner, or the reason that says more.</summary>
    public Decision Then(Decision further) =>
        Winner is not null ? this : further.Winner is not null ? further : Nobody(MatchReason.Stronger(Reason, further.Reason));
}
