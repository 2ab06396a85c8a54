using System.Buffers;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Money;
using TrackHub.Schemas;

namespace TrackHub.Ingest.Tracking;

/// <summary>What a track event must be, beyond its JSON. A refusal names field, limit and remedy, and no value that could be personal.</summary>
internal static class TrackRules
{
    private static readonly SearchValues<char> SessionCharacters = SearchValues.Create(
        [.. Enumerable.Range(0x21, 0x7F - 0x21).Select(static c => (char)c)]);

    /// <summary>The kind of a route segment or of a batch's event; false for any other word.</summary>
    public static bool TryKind(string? name, out EventKind kind)
    {
        kind = name switch
        {
            "click" => EventKind.Click,
            "pageview" or "page_view" => EventKind.PageView,
            "initiate_checkout" => EventKind.InitiateCheckout,
            "identify" => EventKind.Identify,
            "consent" => EventKind.Consent,
            _ => EventKind.Unknown,
        };
        return kind is not EventKind.Unknown;
    }

    /// <summary>Checks an event.</summary>
    /// <param name="body">The event.</param>
    /// <param name="kind">What it claims to be.</param>
    /// <param name="isServer">Whether a secret server key was presented.</param>
    /// <returns>Null if it is sound, else what is wrong.</returns>
    public static string? Check(in TrackedBody body, EventKind kind, bool isServer) =>
        CheckForm(body, isServer) ?? kind switch
        {
            EventKind.Consent => CheckConsent(body),
            EventKind.Identify => body.Email is null && body.Phone is null && body.ExternalId is null
                ? "email, phone or external_id: one is needed to identify somebody."
                : null,
            _ => CheckVisit(body),
        };

    private static string? CheckVisit(in TrackedBody body)
    {
        if (body.SessionId is null)
            return "session_id: needed; make one per browser session and keep it.";
        return body.Url is null ? "url: needed; send the address of the page." : null;
    }

    private static string? CheckConsent(in TrackedBody body)
    {
        if (body.Ads is null)
            return "ads: needed; true or false.";
        return body.SessionId is null && body.Email is null && body.Phone is null
            ? "session_id, email or phone: one is needed to know whose consent it is."
            : null;
    }

    private static string? CheckForm(in TrackedBody body, bool isServer)
    {
        if (body.EventId is { } eventId && !EventIds.IsValidBrowserId(eventId))
            return $"event_id: 16 to 64 of A-Z a-z 0-9 . _ - are taken; this has {eventId.Length} characters. Leave it out to have one made.";
        if (body.SessionId is { } session && session.AsSpan().ContainsAnyExcept(SessionCharacters))
            return "session_id: 1 to 128 visible ASCII characters are taken.";
        if (body.ClickId is { } clickId && !ClickIds.TryFind(clickId, out _))
            return "click_id: th_ and 26 letters or digits are taken; leave it out if there is none.";
        if (body.Url == PageAddress.None)
            return "url: an absolute http or https address is taken.";
        if (body.Currency is { } currency && !(currency.Length is 3 && currency.All(char.IsAsciiLetter)))
            return "currency: three letters of ISO 4217 are taken.";
        if (body.Value is { } value && !MinorUnits.TryFromMajor(value, "BRL", out _))
            return "value: 0 to a trillion, in major units, is taken.";
        return !isServer && (body.ClientIp ?? body.UserAgent) is not null
            ? "client_ip, user_agent: taken with a secret server key only; a browser's are read from its request."
            : null;
    }
}
