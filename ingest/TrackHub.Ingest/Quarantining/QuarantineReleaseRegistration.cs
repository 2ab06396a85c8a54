using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TrackHub.Ingest.Appending;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Spooling;
using TrackHub.Ingest.Webhooks;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ingest.Quarantining;

/// <summary>Registers <see cref="QuarantineRelease"/>.</summary>
public static class QuarantineReleaseRegistration
{
    // Nobody waits at the other end of a socket: a log that is slow is waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Adds what a release needs of the ingress, without its port. The host's services must run: they load the directory.</summary>
    public static void AddQuarantineRelease(this IHostApplicationBuilder builder)
    {
        builder.AddSection<IngestOptions>(IngestOptions.Section);
        // The spool is the ingress's; what is not released now waits in the quarantine as before.
        builder.Services.PostConfigure<IngestOptions>(static options => (options.AckTimeout, options.SpoolDirectory) = (Patience, ""));
        builder.AddStreams(Patience);
        builder.AddTenantDirectory();
        builder.Services.TryAddSingleton<IEventLog, KafkaEventLog>();
        builder.Services.TryAddSingleton<IngestMetrics>();
        builder.Services.TryAddSingleton<SaleRecords>();
        builder.Services.TryAddSingleton<Spool>();
        builder.Services.TryAddSingleton<SaleLog>();
        builder.Services.TryAddSingleton<WebhookStore>();
        builder.Services.TryAddSingleton(static services => new QuarantineRelease(
            services.GetRequiredService<TenantDirectory>(),
            services.GetRequiredService<Platform.Identity.Sealer>(),
            services.GetRequiredService<WebhookStore>(),
            services.GetRequiredService<IEventLog>(),
            services.GetRequiredService<TimeProvider>()));
    }
}
