using Microsoft.AspNetCore.Http;

namespace TrackHub.ConsoleApi.Sessions;

/// <summary>The session's cookie. Its prefix has browsers take it only with Secure, for this host alone and every path (RFC 6265bis §4.1.3.2).</summary>
internal static class SessionCookie
{
    /// <summary>Its name.</summary>
    public const string Name = "__Host-trackhub";

    // No Expires: it ends with the browser, if the server's limits do not end it before.
    private static CookieOptions Options => new() { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true };

    /// <summary>What a request holds of it, or null.</summary>
    public static string? Read(HttpRequest request) => request.Cookies[Name];

    /// <summary>Hands it out.</summary>
    public static void Write(HttpResponse response, string token) => response.Cookies.Append(Name, token, Options);

    /// <summary>Has the browser forget it.</summary>
    public static void Delete(HttpResponse response) => response.Cookies.Delete(Name, Options);
}
