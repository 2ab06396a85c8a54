using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrackHub.Platform.Telemetry;

namespace TrackHub.Platform.Hosting;

/// <summary>The role's admin port: <c>/health</c>, <c>/ready</c>, <c>/metrics</c> and nothing else; what roles map is not served there.</summary>
public static class AdminPort
{
    /// <summary>Also serves <c>GET /health</c> and <c>GET /ready</c> where the role's own endpoints are.</summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health", static (HttpContext context) => AnswerHealthAsync(context));
        endpoints.MapGet("/ready", static (HttpContext context) => AnswerReadyAsync(context));
    }

    internal static void AddAdminPort(this WebApplicationBuilder builder, RoleSettings settings)
    {
        // The marker tells admin connections by their listener: the port may be chosen by the system, and Host headers lie.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(settings.AdminAddress), settings.AdminPort, static listen => listen.Use(static next => connection =>
        {
            connection.Features.Set(AdminConnection.Marker);
            return next(connection);
        })));
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton<IStartupFilter, AdminFilter>();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        // A probe is nobody's event.
        if (Activity.Current is { } span)
            (span.ActivityTraceFlags, span.IsAllDataRequested) = (ActivityTraceFlags.None, false);

        switch (context.Request.Path.Value)
        {
            case "/health":
                await AnswerHealthAsync(context);
                return;
            case "/ready":
                await AnswerReadyAsync(context);
                return;
            case "/metrics":
                var openMetrics = context.Request.Headers.Accept.Any(static accept => accept?.Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase) is true);
                context.Response.ContentType = openMetrics ? PrometheusText.OpenMetricsContentType : PrometheusText.ContentType;
                await context.Response.WriteAsync(context.RequestServices.GetRequiredService<MetricsEndpoint>().Collect(openMetrics), context.RequestAborted);
                return;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
        }
    }

    private static Task AnswerHealthAsync(HttpContext context)
    {
        var stuck = context.RequestServices.GetRequiredService<RoleHealth>().Stuck;
        context.Response.StatusCode = stuck.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(new Liveness(stuck.Count == 0, stuck), AdminJson.Default.Liveness, contentType: null, context.RequestAborted);
    }

    private static Task AnswerReadyAsync(HttpContext context)
    {
        var readiness = context.RequestServices.GetRequiredService<Readiness>();
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;
        var ready = readiness.IsReady && !stopping;
        context.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(
            new ReadyState(ready, stopping, readiness.States), AdminJson.Default.ReadyState, contentType: null, context.RequestAborted);
    }

    private sealed class AdminConnection
    {
        public static readonly AdminConnection Marker = new();
    }

    /// <summary>Before every other middleware: what roles do to their requests is not done to these.</summary>
    private sealed class AdminFilter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.MapWhen(static context => context.Features.Get<AdminConnection>() is not null, static admin => admin.Run(AnswerAsync));
            next(app);
        };
    }
}

/// <summary>Answer of <c>/health</c>.</summary>
internal sealed record Liveness(bool Live, IReadOnlyList<string> StuckLoops);

/// <summary>Answer of <c>/ready</c>.</summary>
internal sealed record ReadyState(bool Ready, bool Stopping, IReadOnlyDictionary<string, DependencyState> Dependencies);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Liveness))]
[JsonSerializable(typeof(ReadyState))]
internal sealed partial class AdminJson : JsonSerializerContext;
