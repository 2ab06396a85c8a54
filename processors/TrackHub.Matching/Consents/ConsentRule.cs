using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Consents;

/// <summary>What a visitor said about ads, and when.</summary>
internal readonly record struct KnownConsent(bool Ads, DateTimeOffset At)
{
    /// <summary>What an event itself carries; null where it says nothing.</summary>
    public static KnownConsent? In(TrackedEvent tracked) => tracked.ConsentAds is { } ads ? new(ads, tracked.EventTime) : null;

    /// <summary>The newest of two; of two at the same time the refusal.</summary>
    public static KnownConsent? Newest(KnownConsent? left, KnownConsent? right)
    {
        if (left is not { } l)
            return right;
        if (right is not { } r || l.At > r.At)
            return l;
        return r.At > l.At ? r : l with { Ads = l.Ads && r.Ads };
    }
}

/// <summary>Whether an event may be sent.</summary>
/// <param name="Known">The visitor's own word, null if there is none.</param>
/// <param name="Blocked">Reason not to send; null to send.</param>
internal readonly record struct ConsentVerdict(KnownConsent? Known, string? Blocked)
{
    /// <summary>The visitor's word, else the brand's basis; a brand without basis sends nothing for visitors who said nothing (design §4.10).</summary>
    public static ConsentVerdict Of(KnownConsent? known, ConsentBasis? basis) => new(known, known?.Ads switch
    {
        true => null,
        false => "refused",
        null => basis switch
        {
            ConsentBasis.Granted => null,
            ConsentBasis.Required => "consent_unknown",
            _ => "no_basis",
        },
    });
}
