using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TrackHub.Ingest.Answering;

namespace TrackHub.Ingest.Listening;

/// <summary>Refuses on the public port what Kestrel lets through.</summary>
internal static class RequestGuard
{
    private static readonly Problem TwoLengths = new(
        StatusCodes.Status400BadRequest, "malformed_request", "Content-Length and Transfer-Encoding together: send one of them.");

    /// <summary>Adds the guard in front of the endpoints.</summary>
    public static void UseRequestGuard(this IApplicationBuilder app, IngestMetrics metrics) => app.Use((context, next) =>
    {
        if (!PublicListener.IsPublic(context) || !HasTwoLengths(context.Request))
            return next(context);

        // Request smuggling: a proxy in front may have believed the other one. What follows on this connection is not trusted either.
        metrics.Refused("any", "two_lengths");
        context.Response.Headers.Connection = "close";
        return Problems.WriteAsync(context, TwoLengths);
    });

    // Kestrel lets Transfer-Encoding win and keeps the other one under X-Content-Length.
    private static bool HasTwoLengths(HttpRequest request) =>
        request.Headers.ContainsKey(HeaderNames.TransferEncoding)
        && (request.Headers.ContainsKey(HeaderNames.ContentLength) || request.Headers.ContainsKey("X-Content-Length"));
}
