using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using TrackHub.Ledger.Alarms;
using TrackHub.Ledger.Projecting;
using TrackHub.Ledger.Rebuilding;
using TrackHub.Ledger.Retaining;
using TrackHub.Platform.Books;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Quality;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Ledger;

/// <summary>The role that projects the topics into PostgreSQL.</summary>
public static class LedgerRole
{
    /// <summary>Name on the command line, in logs and of the consumer group.</summary>
    public const string Name = "ledger";

    /// <summary>Topics it reads. Delay topics are read as plain ones: the books want to know at once where an event went.</summary>
    internal static readonly IReadOnlyList<TopicDefinition> Reads =
        [.. Journey.Kept.Append(Topics.Conversions).Append(Topics.DeadLetters).Append(Topics.Quarantine).Select(static topic => topic with { Delay = null })];

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

    /// <summary>Adds <see cref="LedgerRebuild"/>, for the command line.</summary>
    public static void AddLedgerDesk(this IHostApplicationBuilder builder)
    {
        builder.AddStreams();
        builder.AddPostgres();
        builder.Services.AddSingleton<LedgerRebuild>();
    }
}
