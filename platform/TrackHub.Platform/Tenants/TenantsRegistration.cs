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
    /// <summary>Section Postgres and one <see cref="NpgsqlDataSource"/> for the process.</summary>
    public static void AddPostgres(this IHostApplicationBuilder builder)
    {
        builder.AddSection<PostgresOptions>("Postgres");
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton(static services =>
            NpgsqlDataSource.Create(services.GetRequiredService<IOptions<PostgresOptions>>().Value.ConnectionString));
    }

    /// <summary>The directory with its refresher, the key ring, <see cref="Sealer"/> and <see cref="PersonSealer"/>.</summary>
    public static void AddTenantDirectory(this IHostApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.Services.TryAddSingleton<TenantDirectory>();
        builder.Services.TryAddSingleton<KeyRing>();
        builder.Services.TryAddSingleton<Sealer>();
        builder.Services.TryAddSingleton<PersonSealer>();
    }

    /// <summary><see cref="Migrator"/> and <see cref="TenantAdmin"/>, for the command line.</summary>
    public static void AddTenantAdmin(this IHostApplicationBuilder builder)
    {
        builder.AddPostgres();
        builder.Services.TryAddSingleton<Migrator>();
        builder.Services.TryAddSingleton<TenantAdmin>();
    }
}
