namespace TrackHub.Matching.Deciding;

/// <summary>Why nobody was chosen, as a Conversion's <c>reason</c> says it. With a winner the reason is the signal that found it.</summary>
internal static class MatchReason
{
    /// <summary>The sale is none that a click is looked for: a later state, or the test button.</summary>
    public const string NotSearched = "not_searched";

    /// <summary>The sale brought none of the keys that the brand's rules ask.</summary>
    public const string NoKeys = "no_keys";

    /// <summary>It brought keys, and no click within the window has one of them.</summary>
    public const string NoCandidate = "no_candidate";

    /// <summary>The likeliest visitor stayed below the brand's threshold.</summary>
    public const string BelowThreshold = "below_threshold";

    /// <summary>A visitor would have reached the threshold, had others not fitted as well.</summary>
    public const string Ambiguous = "ambiguous";

    /// <summary>The click was found and its record is gone: there is nothing left to show or to send.</summary>
    public const string ClickGone = "click_gone";

    /// <summary>The reason of stage 3's winner.</summary>
    public const string Probable = "probable";

    private static readonly string[] ByWeight = [NotSearched, NoKeys, NoCandidate, BelowThreshold, Ambiguous, ClickGone];

    /// <summary>The one that says more, of two stages without a winner.</summary>
    public static string Stronger(string left, string right) => Array.IndexOf(ByWeight, left) >= Array.IndexOf(ByWeight, right) ? left : right;
}
