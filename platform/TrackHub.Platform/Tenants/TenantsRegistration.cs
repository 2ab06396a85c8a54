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
    /// <summary>Section Postgres and one <see cref="NpgsqlDataSource"/> for the process, whose commits reach the disk; see <see cref="PostgresOptions.Durable"/>.</summary>
    public static void AddPostgres(this IHostApplicationBuilder builder)
    {
        builder.AddSection<PostgresOptions>("Postgres");
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton(static services =>
            NpgsqlDataSource.Create(services.GetRequiredService<IOptions<PostgresOptions>>().Value.Durable));
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

    /// <summary><see cref="Migrator"/> and <see cref="TenantAdmin"/>, for the command line.</summary>
    public static void AddTenantAdmin(this IHostApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.AddMasterKeys();
        builder.Services.TryAddSingleton<DaySecrets>();
        builder.Services.TryAddSingleton<Migrator>();
        builder.Services.TryAddSingleton<TenantAdmin>();
    }

    /// <summary>Makes day secrets and partitions ahead and shreds old days; for one role, the ledger.</summary>
    public static void AddDaySecretKeeper(this IHostApplicationBuilder builder)
    {
        builder.AddTenantAdmin();
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
