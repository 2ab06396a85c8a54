using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TrackHub.Matching.Consents;
using TrackHub.Matching.Dispatching;
using TrackHub.Matching.Orders;
using TrackHub.Matching.Sales;
using TrackHub.Matching.Windows;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Matching;

/// <summary>The matcher: browser events and sales in, conversions and dispatches out.</summary>
public static class MatchingRole
{
    /// <summary>Name on the command line.</summary>
    public const string Name = "matcher";

    /// <summary>Adds the matcher to a host over sections Kafka, SchemaRegistry, Redis, Postgres, Secrets and Matching.</summary>
    public static void AddMatching(this IHostApplicationBuilder builder)
    {
        builder.AddSection<RedisOptions>("Redis");
        builder.AddSection<MatchingOptions>("Matching");
        builder.AddStreams();
        builder.AddPostgresWatch();
        builder.AddTenantDirectory();
        builder.Services.TryAddSingleton(TimeProvider.System);

        builder.Services
            .AddSingleton<MatchingMetrics>()
            .AddSingleton<EventGate>()
            .AddSingleton<RedisConnection>()
            .AddSingleton<WindowStore>()
            .AddSingleton<IWindowReader>(static services => services.GetRequiredService<WindowStore>())
            .AddSingleton<ClickRecordCodec>()
            .AddSingleton<KnownClicks>()
            .AddSingleton<ClickTable>()
            .AddSingleton<WindowApplier>()
            .AddSingleton<AppliedPositions>()
            .AddSingleton<WindowEpoch>()
            .AddSingleton<WindowRebuild>()
            .AddSingleton<RebuildLock>()
            .AddSingleton<WindowKeeper>()
            .AddSingleton<WindowFeed>()
            .AddSingleton<ConsentStore>()
            .AddSingleton<DispatchRecords>()
            .AddSingleton<BrowserDispatch>()
            .AddSingleton<OrderStore>()
            .AddSingleton<StoredConversions>()
            .AddSingleton<ClickSearch>()
            .AddSingleton<BlindCheck>()
            .AddSingleton<SaleOutcomes>()
            .AddSingleton<SaleMatcher>()

            // The keeper first: until it has looked at Redis, sales wait.
            .AddHostedService(static services => services.GetRequiredService<WindowKeeper>())
            .AddHostedService(static services => services.GetRequiredService<WindowFeed>())
            .AddHostedService<PassedOverWatch>()
            .AddHostedService<SaleLoop>();
    }
}
