using StackExchange.Redis;
using TrackHub.Matching.Deciding;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>One member for one window.</summary>
/// <param name="Key">The window.</param>
/// <param name="Member">The member's bytes.</param>
/// <param name="EventTimeMs">Its score: Unix milliseconds of the event time.</param>
internal readonly record struct WindowEntry(RedisKey Key, byte[] Member, long EventTimeMs);

/// <summary>What a browser event puts into the windows.</summary>
internal static class WindowEntries
{
    /// <summary>Whether the event itself may have led to a sale, and so is kept as a record.</summary>
    public static bool IsCandidate(EventKind kind) => kind is EventKind.Click or EventKind.PageView or EventKind.InitiateCheckout;

    /// <summary>
    /// The event's members: itself under its click id, session, fbclid, address and prefix; e-mail and phone lead to its session, so that
    /// a sale that knows only the e-mail finds what the session did before and after it was given. An e-mail without a session leads
    /// to the event itself.
    /// </summary>
    public static IEnumerable<WindowEntry> Of(TrackedEvent tracked)
    {
        var brand = tracked.BrandId;
        var at = tracked.EventTime.ToUnixTimeMilliseconds();
        var session = tracked.SessionId is { Length: > 0 } id ? WindowKeys.IndexOf(id) : null;

        if (session is not null)
        {
            var link = WindowMember.EncodeLink(tracked.ReceivedAt, session);
            if (tracked.Keys.Email is { } email)
                yield return new(WindowKeys.Window(brand, Signal.Email, email), link, at);
            if (tracked.Keys.Phone is { } phone)
                yield return new(WindowKeys.Window(brand, Signal.Phone, phone), link, at);
        }

        if (!IsCandidate(tracked.Kind))
            yield break;

        var candidate = CandidateOf(tracked, session);
        var plain = WindowMember.Encode(candidate);
        if (tracked.ClickId is { Length: > 0 } clickId)
            yield return new(WindowKeys.Window(brand, Signal.ClickId, WindowKeys.IndexOf(clickId)), plain, at);
        if (session is not null)
            yield return new(WindowKeys.Window(brand, Signal.Session, session), plain, at);
        if (session is null && tracked.Keys.Email is { } ownEmail)
            yield return new(WindowKeys.Window(brand, Signal.Email, ownEmail), plain, at);
        if (session is null && tracked.Keys.Phone is { } ownPhone)
            yield return new(WindowKeys.Window(brand, Signal.Phone, ownPhone), plain, at);
        if (tracked.Keys.Fbclid is { } fbclid)
            yield return new(WindowKeys.Window(brand, Signal.Fbclid, fbclid), plain, at);

        var featured = WindowMember.Encode(candidate with { Features = Features.Of(tracked.Keys, tracked.Traits) });
        if (tracked.Keys.Ip is { } ip)
            yield return new(WindowKeys.Window(brand, Signal.Ip, ip), featured, at);
        if (tracked.Keys.IpPrefix is { } prefix)
            yield return new(WindowKeys.Window(brand, Signal.IpPrefix, prefix), featured, at);
    }

    /// <summary>The event as the windows of exact keys hold it.</summary>
    public static Candidate CandidateOf(TrackedEvent tracked, byte[]? sessionIndex) => new()
    {
        IngestId = Guid.Parse(tracked.IngestId),
        EventTime = tracked.EventTime,
        ReceivedAt = tracked.ReceivedAt,
        Kind = tracked.Kind,
        AdTouch = tracked.Keys.Fbclid is not null || tracked.Traits.Gclid is not null,
        SessionTag = Features.Tag(sessionIndex),
    };
}
