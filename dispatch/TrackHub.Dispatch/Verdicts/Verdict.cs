using TrackHub.Schemas;

namespace TrackHub.Dispatch.Verdicts;

/// <summary>What follows from an answer.</summary>
internal enum Verdict
{
    /// <summary>Meta has it.</summary>
    Delivered,

    /// <summary>Again after the next rung of the ladder; costs an attempt.</summary>
    Retry,

    /// <summary>Again later; costs no attempt, for it was not the event's fault.</summary>
    Hold,

    /// <summary>One of several events is bad: halve the batch and call again.</summary>
    Split,

    /// <summary>Token, permission or dataset is gone: wait for the fix.</summary>
    Park,

    /// <summary>Never again.</summary>
    Dead,
}

/// <summary>A verdict with its reason.</summary>
/// <param name="Verdict">What follows.</param>
/// <param name="Reason">One word, also a metric tag; empty for delivered.</param>
/// <param name="OutcomeKnown">False when Meta may have taken the events although it did not say so.</param>
internal readonly record struct Ruling(Verdict Verdict, string Reason, bool OutcomeKnown = true)
{
    /// <summary>As the audit records it.</summary>
    public AttemptOutcome Outcome => (Verdict, OutcomeKnown) switch
    {
        (Verdict.Delivered, _) => AttemptOutcome.Delivered,
        (Verdict.Hold, _) => AttemptOutcome.Hold,
        (Verdict.Split, _) => AttemptOutcome.Split,
        (Verdict.Dead, _) => AttemptOutcome.Dead,
        (_, false) => AttemptOutcome.Unknown,
        (Verdict.Park, _) => AttemptOutcome.Park,
        _ => AttemptOutcome.Retry,
    };
}
