using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Access;

/// <summary>Tells a request of the console's own pages from one that another site made the browser send, its cookie with it.</summary>
/// <remarks>
/// Three fences. The cookie is SameSite=Strict. What changes something must carry the session's token in <c>X-CSRF-Token</c>, which a page gets from
/// <c>/api/v1/session</c> and another site can neither read nor, for want of CORS, send. And where the browser says that another site began the request,
/// it is refused whatever it carries (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/). Keys are sent by no browser by itself and need none of it.
/// </remarks>
internal static class RequestOrigin
{
    /// <summary>Header of the token.</summary>
    public const string Header = "X-CSRF-Token";

    /// <summary>The token of a session: bound to it, kept nowhere, and nothing can be told from it about the cookie.</summary>
    public static string TokenOf(Secret<string> session) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(session.Reveal()), "trackhub csrf"u8));

    /// <summary>Whether a request with a session is its own page's: any that only reads, and one that changes with the token.</summary>
    public static bool IsOwn(HttpRequest request, Secret<string> session) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
        || (!IsForeign(request)
            && request.Headers[Header] is [{ } given]
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(TokenOf(session))));

    /// <summary>Whether the browser says that another site began it. Who is no browser says nothing.</summary>
    public static bool IsForeign(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site])
            return site is not ("same-origin" or "none");

        // Older browsers. The scheme is not compared: TLS ends in front of us.
        return request.Headers.Origin is [{ Length: > 0 } origin]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
