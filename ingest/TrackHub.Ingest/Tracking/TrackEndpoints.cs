using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Tracking;

/// <summary>Addresses that browsers and sellers' servers post to.</summary>
internal static class TrackEndpoints
{
    private static readonly string[] Prefixes = ["/api/v1/track/", "/track/"];
    private static readonly string[] Routes = ["click", "pageview", "initiate_checkout", "identify", "consent"];

    /// <summary>Maps one route per event kind, the batch, and their preflights.</summary>
    public static void MapTracking(this IEndpointRouteBuilder app, TrackIntake intake, TenantDirectory directory)
    {
        foreach (var prefix in Prefixes)
        {
            foreach (var route in Routes)
            {
                TrackRules.TryKind(route, out var kind);
                app.MapPost(prefix + route, (RequestDelegate)(context => intake.AcceptAsync(context, kind, route))).DisableHttpMetrics();
            }

            app.MapPost(prefix + "batch", (RequestDelegate)intake.AcceptBatchAsync);
            app.MapMethods(prefix + "{route}", [HttpMethods.Options], (RequestDelegate)(context => Origins.PreflightAsync(context, directory)));
        }
    }
}
