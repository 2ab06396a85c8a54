using Microsoft.AspNetCore.Builder;

namespace TrackHub.ConsoleApi.Listening;

/// <summary>What every answer of the console tells browsers and caches.</summary>
internal static class ResponseHeaders
{
    /// <summary>
    /// Answers are one person's: no cache keeps them, no page frames them, nothing is guessed of their type, and no address goes to other sites. Set
    /// first, so that an endpoint that knows better says so, such as one with an ETag.
    /// </summary>
    public static void UseResponseHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return next(context);
    });
}
