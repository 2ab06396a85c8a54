using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrackHub.Metrics.Auditing;
using TrackHub.Metrics.Grounds;
using TrackHub.Metrics.Publishing;
using TrackHub.Metrics.Rebuilding;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Metrics;

/// <summary>The role that makes each brand's figures.</summary>
public static class MetricsRole
{
    /// <summary>Name on the command line, in logs and of the consumer group.</summary>
    public const string Name = "metrics";

    /// <summary>Topics it reads.</summary>
    internal static readonly IReadOnlyList<TopicDefinition> Reads = [Topics.Conversions, Topics.AdSpend];

    /// <summary>Adds the role.</summary>
    public static void AddMetricsRole(this IHostApplicationBuilder builder)
    {
        builder.AddSection<MetricsOptions>(MetricsOptions.Section);
        builder.AddStreams();
        builder.AddPostgresWatch();
        builder.AddTenantDirectory();   // dead letters are sealed for their tenant
        builder.Services.AddSingleton<FigureMetrics>();
        builder.Services.AddSingleton<RecordSorter>();
        builder.Services.AddSingleton<Aggregation>();
        builder.Services.AddSingleton<Regrounding>();
        builder.Services.AddSingleton<Publication>();
        builder.Services.AddHostedService<MetricsLoop>();
        builder.Services.AddHostedService<GroundWatch>();
        builder.Services.AddHostedService<Publisher>();
    }

    /// <summary>Adds <see cref="MetricsRebuild"/> and <see cref="RevenueAudit"/>, for the command line.</summary>
    public static void AddMetricsDesk(this IHostApplicationBuilder builder)
    {
        builder.AddStreams();
        builder.AddPostgres();
        builder.Services.AddSingleton<MetricsRebuild>();
        builder.Services.AddSingleton<RevenueAudit>();
    }
}
