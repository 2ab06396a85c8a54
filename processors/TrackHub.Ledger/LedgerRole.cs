using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrackHub.Ledger.Alarms;
using TrackHub.Ledger.Projecting;
using TrackHub.Ledger.Retaining;
using TrackHub.Platform.Books;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Quality;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Ledger;

/// <summary>The role that projects the topics into PostgreSQL.</summary>
public static class LedgerRole
{
    /// <summary>Name on the command line, in logs and of the consumer group.</summary>
    public const string Name = "ledger";

    /// <summary>Adds the ledger.</summary>
    public static void AddLedger(this IHostApplicationBuilder builder)
    {
        builder.AddSection<LedgerOptions>(LedgerOptions.Section);
        builder.AddSection<RetentionOptions>(RetentionOptions.Section);
        builder.AddStreams();
        builder.AddBookAudit();
        builder.AddPostgresWatch();
        builder.AddTenantDirectory();
        builder.AddDaySecretKeeper();
        builder.Services.AddSingleton<LedgerOffsets>();
        builder.Services.AddSingleton<LedgerMetrics>();
        builder.Services.AddSingleton<ClickResealer>();
        builder.Services.AddSingleton<BrowserScores>();
        builder.Services.AddSingleton<RecordSorter>();
        builder.Services.AddSingleton<Projection>();
        builder.Services.AddSingleton<RefusedRows>();
        builder.Services.AddSingleton<QualityHistory>();
        builder.Services.AddHostedService<LedgerLoop>();
        builder.Services.AddHostedService<AlarmWatch>();
        builder.Services.AddSingleton<OldRows>();
        builder.Services.AddSingleton<RetentionMetrics>();
        builder.Services.AddHostedService<RetentionKeeper>();
    }
}
