using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tenants;

/// <summary>Registers PostgreSQL, the directory and the keys. Each method is safe to repeat.</summary>
public static class TenantsRegistration
{
    /// <summary>Key of the <see cref="NpgsqlDataSource"/> that connects as the owner of the tables.</summary>
    public const string Owner = "owner";

    /// <summary>
    /// Section Postgres, one <see cref="NpgsqlDataSource"/> for the process, and that of the owner under <see cref="Owner"/>. Commits of both reach the disk; see <see cref="PostgresOptions.Durable"/>.
    /// </summary>
    public static void AddPostgres(this IHostApplicationBuilder builder)
    {
        builder.AddSection<PostgresOptions>("Postgres");
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton(static services =>
            NpgsqlDataSource.Create(services.GetRequiredService<IOptions<PostgresOptions>>().Value.Durable));
        builder.Services.TryAddKeyedSingleton(Owner, static (services, _) => services.GetRequiredService<IOptions<PostgresOptions>>().Value is { OwnerConnectionString.Length: > 0 } options
            ? NpgsqlDataSource.Create(options.DurableOwner)
            : services.GetRequiredService<NpgsqlDataSource>());
    }

    /// <summary>Tells readiness whether PostgreSQL answers; for roles that cannot work without it.</summary>
    public static void AddPostgresWatch(this IHostApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.Services.TryAddSingleton<Readiness>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgresWatch>());
    }

    /// <summary>The directory with its refresher, the key ring, <see cref="Sealer"/> and <see cref="PersonSealer"/>.</summary>
    public static void AddTenantDirectory(this IHostApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.AddMasterKeys();
        builder.Services.TryAddSingleton<Readiness>();
        builder.Services.TryAddSingleton<TenantDirectory>();
        builder.Services.TryAddSingleton<KeyRing>();
        builder.Services.TryAddSingleton<Sealer>();
        builder.Services.TryAddSingleton<PersonSealer>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DirectoryRefresher>());
    }

    /// <summary><see cref="Migrator"/> and <see cref="TenantAdmin"/>, both as the owner of the tables, for the command line.</summary>
    public static void AddTenantAdmin(this IHostApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.AddMasterKeys();
        builder.Services.TryAddSingleton(static services => new Migrator(
            services.GetRequiredKeyedService<NpgsqlDataSource>(Owner), services.GetRequiredService<MasterKeys>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.TryAddSingleton(static services => new TenantAdmin(
            services.GetRequiredKeyedService<NpgsqlDataSource>(Owner), services.GetRequiredService<MasterKeys>()));
    }

    /// <summary>Makes day secrets and partitions ahead and shreds old days; for one role, the ledger.</summary>
    public static void AddDaySecretKeeper(this IHostApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.AddMasterKeys();
        builder.Services.TryAddSingleton<DaySecrets>();
        builder.Services.TryAddSingleton<MonthPartitions>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DaySecretKeeper>());
    }

    private static void AddMasterKeys(this IHostApplicationBuilder builder)
    {
        builder.AddSection<SecretsOptions>("Secrets");
        builder.Services.TryAddSingleton(static services => new MasterKeys(services.GetRequiredService<IOptions<SecretsOptions>>()));

        // Validation follows post-configuration, so the fallback is judged like the key itself.
        builder.Services.AddSingleton<IPostConfigureOptions<SecretsOptions>>(new PostConfigureOptions<SecretsOptions>(
            Options.DefaultName,
            static options =>
            {
                if (options.MasterKey.Length == 0)
                    options.MasterKey = Environment.GetEnvironmentVariable(SecretsOptions.FallbackVariable) ?? "";
            }));
    }
}
