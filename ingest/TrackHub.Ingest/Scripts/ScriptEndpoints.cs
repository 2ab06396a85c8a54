using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using TrackHub.Ingest.Answering;

namespace TrackHub.Ingest.Scripts;

/// <summary>Addresses that pages load the browser tracker from.</summary>
internal static class ScriptEndpoints
{
    // A day's visitors ask once; a correction reaches every page within the hour, and nobody waits for it.
    private const string UntilTheNextBuild = "public, max-age=3600, stale-while-revalidate=86400";
    private const string Forever = "public, max-age=31536000, immutable";
    private const string Gzip = "gzip";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps <c>/t.js</c>, whatever it is now, and <c>/t.{version}.js</c>, the same bytes for ever.</summary>
    public static void MapScripts(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/t.js", Methods, static (HttpContext context) => Serve(context, TrackerScript.Current, UntilTheNextBuild));
        app.MapMethods("/t.{version:length(16)}.js", Methods, (RequestDelegate)ServeVersionAsync);
    }

    private static Task ServeVersionAsync(HttpContext context) =>
        TrackerScript.Versions.TryGetValue((string)context.Request.RouteValues["version"]!, out var script)
            ? Serve(context, script, Forever).ExecuteAsync(context)
            : Problems.WriteAsync(context, Problems.NotFound);

    // Any page may load it, with or without a check of its integrity, also one that is isolated from other origins.
    private static FileContentHttpResult Serve(HttpContext context, TrackerScript script, string caching)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = caching;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.AccessControlAllowOrigin = "*";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.XContentTypeOptions = "nosniff";

        var compressed = TakesGzip(context.Request);
        if (compressed)
            headers.ContentEncoding = Gzip;
        return TypedResults.Bytes(
            compressed ? script.Compressed : script.Plain, "text/javascript; charset=utf-8",
            entityTag: new($"\"{script.Version}{(compressed ? "-gz" : "")}\""));
    }

    private static bool TakesGzip(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var codings)
        && codings.Any(static coding => coding.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase) && coding.Quality is null or > 0);
}
