using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace TrackHub.Ingest.Webhooks;

/// <summary>Addresses that gateways post to.</summary>
internal static class WebhookEndpoints
{
    /// <summary>Maps the canonical address and its aliases.</summary>
    public static void MapWebhooks(this IEndpointRouteBuilder app, WebhookIntake intake)
    {
        app.MapPost("/api/v1/webhooks/{gateway}/{connection}", (RequestDelegate)FromPath);
        app.MapPost("/webhooks/{gateway}/{connection}", (RequestDelegate)FromPath);
        app.MapPost("/webhooks/{gateway}", (RequestDelegate)FromQuery);

        Task FromPath(HttpContext context) =>
            intake.AcceptAsync(context, Segment(context, "gateway"), Segment(context, "connection"));

        // A gateway that adds its own query with ? to whatever was registered makes both parameters one.
        Task FromQuery(HttpContext context) =>
            intake.AcceptAsync(context, Segment(context, "gateway"), context.Request.Query["c"] is { Count: 1 } values ? values[0]?.Split('?')[0] : null);
    }

    private static string? Segment(HttpContext context, string name) => context.Request.RouteValues[name] as string;
}
