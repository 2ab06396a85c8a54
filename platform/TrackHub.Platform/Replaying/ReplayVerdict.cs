namespace TrackHub.Platform.Replaying;

/// <summary>What a replay does with a record, in one word; a replay counts its records by them.</summary>
public static class ReplayVerdict
{
    /// <summary>Sent again: it is dead or was blocked, and nothing speaks against it now; or nothing of it was ever written down.</summary>
    public const string Send = "send";

    /// <summary>As <see cref="Send"/>, but older than 48 h: Meta need not deduplicate or count it any more.</summary>
    public const string SendLate = "send_late";

    /// <summary>Meta has it.</summary>
    public const string SkippedDelivered = "skipped_delivered";

    /// <summary>Another event with the same id came first.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>It is on its way, or the dispatcher has not read it yet.</summary>
    public const string InFlight = "in_flight";

    /// <summary>It waits in <c>parked</c>, or would: its pixel is gone or switched off.</summary>
    public const string Parked = "parked";

    /// <summary>Older than seven days: Meta would refuse it.</summary>
    public const string Expired = "expired";

    /// <summary>No consent, asked anew.</summary>
    public const string BlockedConsent = "blocked_consent";

    /// <summary>Its person must not be sent any more.</summary>
    public const string Suppressed = "suppressed";

    /// <summary>Meta would refuse what it says: a Purchase without value.</summary>
    public const string Dead = "dead";

    /// <summary>No event ready for Meta can be read from it.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>Every one, in the order of tables.</summary>
    public static readonly IReadOnlyList<string> All =
        [Send, SendLate, SkippedDelivered, Duplicate, InFlight, Parked, Expired, BlockedConsent, Suppressed, Dead, Unreadable];
}
