using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TrackHub.Ingest.Answering;

namespace TrackHub.Ingest.Listening;

/// <summary>Refuses on the public port what Kestrel lets through.</summary>
internal static class RequestGuard
{
    private static readonly Problem Ambiguous = new(
        StatusCodes.Status400BadRequest,
        "malformed_request",
        "The body's length is ambiguous: send Content-Length or Transfer-Encoding: chunked, one of them, once.");

    /// <summary>Adds the guard in front of the endpoints.</summary>
    public static void UseRequestGuard(this IApplicationBuilder app, IngestMetrics metrics) => app.Use((context, next) =>
    {
        if (!IsAmbiguous(context.Request.Headers) || !PublicListener.IsPublic(context))
            return next(context);

        // Request smuggling: a proxy in front may have understood it otherwise. What follows on this connection is not trusted either.
        metrics.Refused("any", "ambiguous_length");
        context.Response.Headers.Connection = "close";
        return Problems.WriteAsync(context, Ambiguous);
    });

    // Kestrel lets Transfer-Encoding win, keeping the length under X-Content-Length, and asks only that chunked is the last coding of several.
    private static bool IsAmbiguous(IHeaderDictionary headers) =>
        headers.TransferEncoding is { Count: > 0 } coding
        && (!string.Equals(coding, "chunked", StringComparison.OrdinalIgnoreCase)
            || headers.ContainsKey(HeaderNames.ContentLength) || headers.ContainsKey("X-Content-Length"));
}
