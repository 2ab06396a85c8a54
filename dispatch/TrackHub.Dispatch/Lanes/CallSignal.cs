using TrackHub.Dispatch.Verdicts;

namespace TrackHub.Dispatch.Lanes;

/// <summary>What a call says about its lane.</summary>
internal enum CallKind
{
    /// <summary>Meta judged the events, whatever it thought of them.</summary>
    Worked,

    /// <summary>No answer, or one that says Meta is unwell.</summary>
    Failed,

    /// <summary>Too many calls.</summary>
    Throttled,

    /// <summary>Token, permission or dataset is refused.</summary>
    Refused,
}

/// <summary>One call as its lane sees it.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Reason">One word.</param>
/// <param name="Pause">How long Meta told the lane to wait; null if it did not.</param>
/// <param name="UsagePercent">Share of Meta's limits in use, 0 where not told.</param>
/// <param name="Credentials">Fingerprint of the credentials the call was made with.</param>
internal readonly record struct CallSignal(CallKind Kind, string Reason, TimeSpan? Pause = null, int UsagePercent = 0, string? Credentials = null)
{
    // A block for breach of policy is none of minutes; asking sooner may lengthen it.
    private static readonly TimeSpan PolicyPause = TimeSpan.FromMinutes(5);

    /// <summary>Reads an answer's ruling as a signal.</summary>
    /// <param name="ruling">The ruling.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="credentials">Fingerprint of what the call was made with.</param>
    public static CallSignal Of(Ruling ruling, MetaAnswer answer, string credentials) => new(
        ruling.Verdict switch
        {
            Verdict.Retry => CallKind.Failed,
            Verdict.Hold => CallKind.Throttled,
            Verdict.Park when ruling.Reason != VerdictTable.CountDiffers => CallKind.Refused,
            _ => CallKind.Worked,
        },
        ruling.Reason,
        Longest(answer.RetryAfter, answer.Usage.Pause, ruling.Reason == VerdictTable.PolicyBlock ? PolicyPause : null),
        answer.Usage.Percent,
        credentials);

    private static TimeSpan? Longest(params ReadOnlySpan<TimeSpan?> pauses)
    {
        TimeSpan? longest = null;
        foreach (var pause in pauses)
        {
            if (pause > TimeSpan.Zero && (longest is null || pause > longest))
                longest = pause;
        }

        return longest;
    }
}
