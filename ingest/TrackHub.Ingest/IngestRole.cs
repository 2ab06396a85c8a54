using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Answering;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Limiting;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Quarantining;
using TrackHub.Ingest.Rehearsing;
using TrackHub.Ingest.Scripts;
using TrackHub.Ingest.Spooling;
using TrackHub.Ingest.Tracking;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest;

/// <summary>The ingress: browsers' events and gateways' webhooks over HTTP, acknowledged once they are in the log, webhooks also once they are in its spool.</summary>
public static class IngestRole
{
    /// <summary>Role name on the command line.</summary>
    public const string Name = "ingest";

    // By then the event lies in the spool, or its sender has long been told 503 and tries again.
    private static readonly TimeSpan MessageTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Adds what the role consists of.</summary>
    public static void AddIngest(this IHostApplicationBuilder builder)
    {
        builder.AddSection<IngestOptions>(IngestOptions.Section);
        builder.AddStreams(MessageTimeout);
        builder.AddTenantDirectory();
        builder.Services.AddSingleton<IEventLog, KafkaEventLog>();
        builder.Services.AddHostedService<FirstContact>();
        builder.Services.AddIntake();
        builder.Services.AddHostedService<Rehearsal>();
    }

    /// <summary>Maps the public routes. They are served on the public port only, and nothing else is.</summary>
    public static void MapIngest(this WebApplication app)
    {
        var services = app.Services;
        app.UseForwardedClients(services.GetRequiredService<IOptions<IngestOptions>>().Value.TrustedProxies, PublicListener.IsPublic);
        app.UseRequestGuard(services.GetRequiredService<IngestMetrics>());

        var routes = app.MapGroup("").WithMetadata(PublicListener.PublicEndpoint.Instance);
        routes.MapTracking(services.GetRequiredService<TrackIntake>(), services.GetRequiredService<TenantDirectory>());
        routes.MapWebhooks(services.GetRequiredService<WebhookIntake>());
        routes.MapScripts();
        routes.MapHealth();
        routes.MapFallback("{*path}", (RequestDelegate)(static context => Problems.WriteAsync(context, Problems.NotFound)));
    }

    /// <summary>Adds everything behind the socket but the log and the directory.</summary>
    internal static void AddIntake(this IServiceCollection services)
    {
        // The framework's own lines tell request lines, which hold write keys and webhook addresses.
        services.AddLogging(static logs => logs
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None));
        services.AddPublicListener();
        services.AddSingleton<IngestMetrics>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<TrackRecords>();
        services.AddSingleton<TrackIntake>();
        services.AddSingleton<SaleRecords>();
        services.AddSingleton<Spool>();
        services.AddSingleton<SaleLog>();
        services.AddHostedService<SpoolDrain>();
        services.AddSingleton<WebhookStore>();
        services.AddSingleton<QuarantineQuota>();
        services.AddSingleton<QuarantineKeeper>();
        services.AddSingleton<WebhookIntake>();
    }
}
