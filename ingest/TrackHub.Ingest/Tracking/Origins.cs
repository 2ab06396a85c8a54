using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Tracking;

/// <summary>Which pages may send with a key, and how a browser is told (https://fetch.spec.whatwg.org/#http-cors-protocol).</summary>
/// <remarks>A publishable key identifies a brand and proves nothing: the list keeps other sites' browsers out, not other programs.</remarks>
internal static class Origins
{
    // Two hours, the longest that Chromium keeps it.
    private const string PreflightAge = "7200";

    /// <summary>Whether a request's origin is on the key's list. Requests without origin come from no page and pass.</summary>
    public static bool Allows(WriteKey key, HttpRequest request)
    {
        var origin = request.Headers.Origin;
        return key.AllowedOrigins.Count is 0
            || origin.Count is 0
            || key.AllowedOrigins.Any(allowed => string.Equals(allowed.TrimEnd('/'), origin, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Lets the page read the answer.</summary>
    public static void Admit(HttpContext context)
    {
        context.Response.Headers.Vary = HeaderNames.Origin;
        // No browser sends an origin beyond ASCII, and no answer could carry it.
        if (context.Request.Headers.Origin is { Count: 1 } origin && Ascii.IsValid(origin.ToString()))
        {
            context.Response.Headers.AccessControlAllowOrigin = origin;
            context.Response.Headers.AccessControlExposeHeaders = HeaderNames.RetryAfter;
        }
    }

    /// <summary>
    /// Answers a preflight. The key is known here only if it stands in the address; a key in a header is checked with the request itself.
    /// </summary>
    public static Task PreflightAsync(HttpContext context, TenantDirectory directory)
    {
        var presented = TrackIntake.PresentedKey(context.Request);
        if (presented is null || (directory.Current.FindWriteKey(presented) is { } key && Allows(key, context.Request)))
        {
            Admit(context);
            context.Response.Headers.AccessControlAllowMethods = HttpMethods.Post;
            context.Response.Headers.AccessControlAllowHeaders = $"{HeaderNames.ContentType}, {TrackIntake.KeyHeader}";
            context.Response.Headers.AccessControlMaxAge = PreflightAge;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
