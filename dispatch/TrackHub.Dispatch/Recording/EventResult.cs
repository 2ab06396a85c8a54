using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Retrying;
using TrackHub.Dispatch.Verdicts;

namespace TrackHub.Dispatch.Recording;

/// <summary>What a call means for one of its events: the row it leads to.</summary>
internal sealed record EventResult
{
    /// <summary>The event and our claim.</summary>
    public required ClaimedEvent Claim { get; init; }

    /// <summary>The ruling.</summary>
    public required Ruling Ruling { get; init; }

    /// <summary>State the row takes; <c>claimed</c> while a split goes on.</summary>
    public required string State { get; init; }

    /// <summary>Attempts made.</summary>
    public required int Attempt { get; init; }

    /// <summary>Rung of the next attempt.</summary>
    public required int LadderStep { get; init; }

    /// <summary>The ladder is at its end: dead, unless nothing of the lane succeeded since <see cref="LadderBegan"/>.</summary>
    public bool IsExhausted { get; init; }

    /// <summary>First attempt of the present ladder.</summary>
    public required DateTimeOffset LadderBegan { get; init; }

    /// <summary>Reason of events whose ladder ended.</summary>
    public const string Exhausted = "exhausted";

    /// <summary>Applies a ruling to a claimed event.</summary>
    public static EventResult Of(ClaimedEvent claim, Ruling ruling)
    {
        var row = claim.Row;
        var (state, attempt, step) = ruling.Verdict switch
        {
            Verdict.Delivered => (RegistryState.Delivered, row.Attempt, row.LadderStep),
            Verdict.Retry when Ladder.IsLast(row.LadderStep) => (RegistryState.Dead, row.Attempt, row.LadderStep),
            Verdict.Retry => (RegistryState.Retry, row.Attempt, row.LadderStep + 1),
            Verdict.Hold => (RegistryState.Held, row.Attempt - 1, row.LadderStep),
            Verdict.Park => (RegistryState.Parked, row.Attempt - 1, row.LadderStep),
            Verdict.Split => (RegistryState.Claimed, row.Attempt, row.LadderStep),
            Verdict.Dead => (RegistryState.Dead, row.Attempt, row.LadderStep),
            _ => throw new ArgumentOutOfRangeException(nameof(ruling), ruling.Verdict, "No such verdict."),
        };
        var isExhausted = ruling.Verdict is Verdict.Retry && state == RegistryState.Dead;
        return new()
        {
            Claim = claim,
            Ruling = ruling,
            State = state,
            Attempt = attempt,
            LadderStep = step,
            IsExhausted = isExhausted,
            LadderBegan = claim.Event.Ready.FirstTryAt ?? row.UpdatedAt,
        };
    }
}

/// <summary>A call that was made, or that was spared because none of its events could be sent.</summary>
/// <param name="BatchId">Names it in the audit.</param>
/// <param name="BodyHash">SHA-256 of the body; null if no call was made.</param>
/// <param name="Answer">What came back; null if no call was made.</param>
internal sealed record CallRecord(string BatchId, byte[]? BodyHash, MetaAnswer? Answer);
