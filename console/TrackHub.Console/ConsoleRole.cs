using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Database;
using TrackHub.ConsoleApi.Describing;
using TrackHub.ConsoleApi.Limiting;
using TrackHub.ConsoleApi.Listening;
using TrackHub.ConsoleApi.Performance;
using TrackHub.ConsoleApi.Replaying;
using TrackHub.ConsoleApi.Sessions;
using TrackHub.Platform.Hosting;

namespace TrackHub.ConsoleApi;

/// <summary>The role that people and their machines look at: an HTTP API over the tables, under row-level security.</summary>
public static class ConsoleRole
{
    /// <summary>Role name on the command line.</summary>
    public const string Name = "console";

    /// <summary>Adds what the role consists of.</summary>
    public static void AddConsole(this WebApplicationBuilder builder)
    {
        builder.AddSection<ConsoleOptions>(ConsoleOptions.Section);

        // The framework's own lines tell request lines.
        builder.Services.AddLogging(static logs => logs
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None));

        builder.Services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);   // FailureGuard answers
        builder.Services.AddConsoleListener();
        builder.AddTenantDatabase();
        builder.Services.AddSingleton<ConsoleMetrics>();
        builder.Services.AddSingleton<TenantLimits>();
        builder.Services.AddAccess();
        builder.AddSessions();
        builder.AddPerformance();
        builder.AddReplays();
        builder.Services.AddApiDescription();
    }

    /// <summary>Maps what it answers on its own port, and nothing else is served there.</summary>
    /// <exception cref="InvalidOperationException">An endpoint does not say who may call it.</exception>
    public static void MapConsole(this WebApplication app)
    {
        app.UseWhen(ConsoleListener.IsConsole, static console =>
        {
            console.UseResponseHeaders();
            console.UseFailureGuard();
            console.UseTrustedProxies();
            console.UseRequestGuard();
            console.UseAccessGuard();
        });

        var routes = app.MapGroup("").WithMetadata(ConsoleEndpoint.Instance);
        routes.MapConsoleEndpoints();
        AccessRule.EnsureEverywhere(app);
    }
}
