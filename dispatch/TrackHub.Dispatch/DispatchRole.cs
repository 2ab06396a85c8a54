using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;
using TrackHub.Dispatch.Calling;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Lanes;
using TrackHub.Dispatch.Parking;
using TrackHub.Dispatch.Recording;
using TrackHub.Dispatch.Redriving;
using TrackHub.Dispatch.Replaying;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Dispatch;

/// <summary>The dispatcher: events ready for Meta in, calls to the Conversions API and their outcomes out.</summary>
public static class DispatchRole
{
    /// <summary>Name on the command line, in logs and of the consumer group.</summary>
    public const string Name = "dispatcher";

    /// <summary>Adds the dispatcher to a host over sections Kafka, SchemaRegistry, Postgres, Secrets, Meta and Dispatch.</summary>
    public static void AddDispatch(this IHostApplicationBuilder builder)
    {
        builder.AddSection<DispatchOptions>(DispatchOptions.Section);
        builder.AddSection<MetaOptions>(MetaOptions.Section);
        builder.AddStreams();
        builder.AddPostgresWatch();
        builder.AddTenantDirectory();
        builder.AddLaneDesk();
        builder.AddReplayDesk();

        builder.Services
            .AddSingleton<DispatchMetrics>()
            .AddSingleton<RegistryClaims>()
            .AddSingleton<RegistryResults>()
            .AddSingleton<MetaClient>()
            .AddSingleton<CallBody>()
            .AddSingleton<Settlement>()
            .AddSingleton<LaneGates>()
            .AddSingleton<LaneStore>()
            .AddSingleton<ParkedRelease>()
            .AddSingleton<ParkedSweep>()
            .AddSingleton<VersionWatch>()
            .AddHostedService(static services => services.GetRequiredService<VersionWatch>())
            .AddHostedService<LaneKeeper>()
            .AddHostedService<ParkingKeeper>()
            .AddSingleton<ReplayJournal>()
            .AddSingleton<ReplayRun>()
            .AddHostedService<ReplayKeeper>()
            .AddSingleton(static services => new LetterRedrive(
                services.GetRequiredService<LetterTable>(), services.GetRequiredService<LetterOriginals>(), services.GetRequiredService<DispatchRedrive>(),
                static (_, _, _) => Task.FromResult(LetterRedrive.NeedsOperator), services.GetRequiredService<RecordProducer>(), services.GetRequiredService<TimeProvider>()))
            .AddHostedService<RedriveKeeper>()
            .AddSingleton<Dispatcher>()
            .AddHostedService<DispatchLoop>();
    }

    /// <summary><see cref="LaneDesk"/>, for operators' commands.</summary>
    public static void AddLaneDesk(this IHostApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.Services.TryAddSingleton<LaneDesk>();
    }

    /// <summary>
    /// <see cref="ReplayDesk"/>, <see cref="ReplayTrial"/>, <see cref="DispatchRedrive"/> and what finds and opens dead letters, for operators' commands; all
    /// but the first need the host started, which loads the directory.
    /// </summary>
    public static void AddReplayDesk(this IHostApplicationBuilder builder)
    {
        builder.AddStreams();
        builder.AddPostgres();
        builder.AddTenantDirectory();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<RecordGates>();
        builder.Services.TryAddSingleton<ReplayReader>();
        builder.Services.TryAddSingleton<ReplayJudge>();
        builder.Services.TryAddSingleton<ReplayDesk>();
        builder.Services.TryAddSingleton<LetterTable>();
        builder.Services.TryAddSingleton<LetterOriginals>();
        builder.Services.TryAddSingleton(static services => new DispatchRedrive(
            services.GetRequiredService<ReplayJudge>(), services.GetRequiredService<RecordCodec>(), services.GetRequiredService<RecordProducer>(),
            services.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.TryAddSingleton(static services => new ReplayTrial(
            services.GetRequiredService<ReplayDesk>(), services.GetRequiredService<ReplayReader>(), services.GetRequiredService<ReplayJudge>(),
            services.GetRequiredService<TimeProvider>()));
    }
}
