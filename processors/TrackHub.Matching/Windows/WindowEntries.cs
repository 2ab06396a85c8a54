using TrackHub.Matching.Deciding;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>What a member is, which says how it gets in and what is cut when there are too many. The numbers are known to <c>WindowWrite.lua</c>.</summary>
internal enum WindowKind
{
    /// <summary>Events by event time: the first and the newest stay, clicks before pages.</summary>
    Events = 1,

    /// <summary>Sessions that gave an identity, by when they first did: the newest stay.</summary>
    Links = 2,

    /// <summary>Identities a session gave, by when it first did: the first stay.</summary>
    Identities = 3,
}

/// <summary>One member for one window.</summary>
/// <param name="Key">The window.</param>
/// <param name="Kind">What the window holds.</param>
/// <param name="Member">The member's bytes.</param>
/// <param name="Score">Unix milliseconds: of the event time; of the receipt for links and identities, where the lowest counts.</param>
/// <param name="KeptFrom">From when it is kept for the length of the brand's window: the event time; of links and identities the receipt where that is later.</param>
internal readonly record struct WindowEntry(WindowKey Key, WindowKind Kind, byte[] Member, long Score, DateTimeOffset KeptFrom);

/// <summary>What a browser event puts into the windows.</summary>
internal static class WindowEntries
{
    /// <summary>What names a person: given by a session, it leads to everything the session did.</summary>
    public static readonly IReadOnlyList<Signal> IdentitySignals = [Signal.Email, Signal.Phone, Signal.ExternalId];

    /// <summary>Whether the event itself may have led to a sale, and so is kept as a record.</summary>
    public static bool IsCandidate(EventKind kind) => kind is EventKind.Click or EventKind.PageView or EventKind.InitiateCheckout;

    /// <summary>
    /// The event's members: itself under its click id, session, fbclid, address and prefix; e-mail, phone and external id lead to its session, so
    /// that a sale that knows only the e-mail finds what the session did before and after it was given. An identity without a session
    /// leads to the event itself.
    /// </summary>
    public static IEnumerable<WindowEntry> Of(TrackedEvent tracked)
    {
        var session = tracked.SessionId is { Length: > 0 } id ? WindowKeys.IndexOf(id) : null;
        foreach (var entry in session is null ? [] : Identified(tracked, session))
            yield return entry;

        if (!IsCandidate(tracked.Kind))
            yield break;

        var candidate = CandidateOf(tracked, session);
        var plain = WindowMember.Encode(candidate);
        if (tracked.ClickId is { Length: > 0 } clickId)
            yield return Event(Signal.ClickId, WindowKeys.IndexOf(clickId), plain);
        if (session is not null)
            yield return Event(Signal.Session, session, plain);
        foreach (var signal in session is null ? IdentitySignals : [])
        {
            if (tracked.Keys.Of(signal) is { } own)
                yield return Event(signal, own, plain);
        }

        if (tracked.Keys.Fbclid is { } fbclid)
            yield return Event(Signal.Fbclid, fbclid, plain);

        var featured = WindowMember.Encode(candidate with { Features = Features.Of(tracked.Keys, tracked.Traits) });
        if (tracked.Keys.Ip is { } ip)
            yield return Event(Signal.Ip, ip, featured);
        if (tracked.Keys.IpPrefix is { } prefix)
            yield return Event(Signal.IpPrefix, prefix, featured);

        WindowEntry Event(Signal signal, byte[] index, byte[] member) =>
            new(WindowKeys.Window(tracked.BrandId, signal, index), WindowKind.Events, member, tracked.EventTime.ToUnixTimeMilliseconds(), tracked.EventTime);
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

    /// <summary>The blind index an event carries for a signal; null if it carries none, or the signal is no blind index.</summary>
    public static byte[]? Of(this MatchKeys keys, Signal signal) => signal switch
    {
        Signal.Email => keys.Email,
        Signal.Phone => keys.Phone,
        Signal.ExternalId => keys.ExternalId,
        Signal.Fbclid => keys.Fbclid,
        Signal.Ip => keys.Ip,
        Signal.IpPrefix => keys.IpPrefix,
        _ => null,
    };

    private static IEnumerable<WindowEntry> Identified(TrackedEvent tracked, byte[] session)
    {
        var at = tracked.ReceivedAt.ToUnixTimeMilliseconds();
        var keptFrom = tracked.EventTime > tracked.ReceivedAt ? tracked.EventTime : tracked.ReceivedAt;
        foreach (var signal in IdentitySignals)
        {
            if (tracked.Keys.Of(signal) is not { } index)
                continue;
            yield return new(WindowKeys.Window(tracked.BrandId, signal, index), WindowKind.Links, WindowMember.EncodeLink(session), at, keptFrom);
            yield return new(WindowKeys.Identities(tracked.BrandId, session), WindowKind.Identities, WindowKeys.Held(signal, index), at, keptFrom);
        }
    }
}
