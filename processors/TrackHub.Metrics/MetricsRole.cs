using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrackHub.Metrics.Auditing;
using TrackHub.Metrics.Grounds;
using TrackHub.Metrics.Publishing;
using TrackHub.Metrics.Pulling;
using TrackHub.Metrics.Rebuilding;
using TrackHub.Metrics.Sentry.Explaining;
using TrackHub.Metrics.Sentry.Watching;
using TrackHub.Platform.AdPlatforms;
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

    /// <summary>Table of its offsets.</summary>
    internal const string Offsets = "metrics_offsets";

    /// <summary>Topics it reads.</summary>
    internal static readonly IReadOnlyList<TopicDefinition> Reads = [Topics.Conversions, Topics.AdSpend];

    /// <summary>Adds the role.</summary>
    public static void AddMetricsRole(this IHostApplicationBuilder builder)
    {
        builder.AddSection<MetricsOptions>(MetricsOptions.Section);
        builder.AddSection<SentryOptions>(SentryOptions.Section);
        builder.AddStreams();
        builder.AddPostgresWatch();
        builder.AddTenantDirectory();   // dead letters are sealed for their tenant
        builder.Services.AddSingleton<FigureMetrics>();
        builder.Services.AddSingleton<RecordSorter>();
        builder.Services.AddSingleton<Aggregation>();
        builder.Services.AddSingleton<Regrounding>();
        builder.Services.AddSingleton<Publication>();
        builder.Services.AddSingleton<AnomalyPublication>();
        builder.Services.AddSingleton<IInsightProvider, RuleInsight>();
        builder.Services.AddHostedService<MetricsLoop>();
        builder.Services.AddHostedService<GroundWatch>();
        builder.Services.AddHostedService<Publisher>();
        builder.Services.AddHostedService<SentryWatch>();
        builder.AddSpendPuller();
    }

    /// <summary>Adds what pulls the spend of brands' ad accounts.</summary>
    private static void AddSpendPuller(this IHostApplicationBuilder builder)
    {
        builder.AddSection<SpendOptions>(SpendOptions.Section);
        builder.AddAdPlatforms();
        builder.Services.AddSingleton<SpendMetrics>();
        builder.Services.AddSingleton<SpendPull>();
        builder.Services.AddHostedService<SpendPuller>();
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
