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

    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>The kind of a route segment or of a batch's event; false for any other word.</summary>
    public static bool TryKind(ReadOnlySpan<char> name, out EventKind kind)
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
            EventKind.Identify => body.Email.IsEmpty && body.Phone.IsEmpty && body.ExternalId.IsEmpty
                ? "email, phone or external_id: one is needed to identify somebody."
                : null,
            _ => CheckVisit(body),
        };

    private static string? CheckVisit(in TrackedBody body)
    {
        if (body.SessionId.IsEmpty)
            return "session_id: needed; make one per browser session and keep it.";
        return body.Url is null ? "url: needed; send the address of the page." : null;
    }

    private static string? CheckConsent(in TrackedBody body)
    {
        if (body.Ads is null)
            return "ads: needed; true or false.";
        return body.SessionId.IsEmpty && body.Email.IsEmpty && body.Phone.IsEmpty
            ? "session_id, email or phone: one is needed to know whose consent it is."
            : null;
    }

    private static string? CheckForm(in TrackedBody body, bool isServer)
    {
        if (!body.EventId.IsEmpty && !EventIds.IsValidBrowserId(body.EventId.Span))
            return $"event_id: 16 to 64 of A-Z a-z 0-9 . _ - are taken; this has {body.EventId.Length} characters. Leave it out to have one made.";
        if (body.SessionId.Span.ContainsAnyExcept(SessionCharacters))
            return "session_id: 1 to 128 visible ASCII characters are taken.";
        if (!body.ClickId.IsEmpty && ClickIds.Find(body.ClickId.Span, stackalloc char[ClickIds.MaxLength]) is 0)
            return "click_id: th_ and 26 letters or digits are taken; leave it out if there is none.";
        if (body.Url is { IsNone: true })
            return "url: an absolute http or https address is taken.";
        if (!body.Currency.IsEmpty && !(body.Currency.Length is 3 && !body.Currency.Span.ContainsAnyExcept(Letters)))
            return "currency: three letters of ISO 4217 are taken.";
        if (body.Value is { } value && !MinorUnits.TryFromMajor(value, "BRL", out _))
            return "value: 0 to a trillion, in major units, is taken.";
        return !isServer && !(body.ClientIp.IsEmpty && body.UserAgent.IsEmpty)
            ? "client_ip, user_agent: taken with a secret server key only; a browser's are read from its request."
            : null;
    }
}
