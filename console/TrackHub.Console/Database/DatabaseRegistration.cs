using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Database;

/// <summary>Registers the console's way into PostgreSQL.</summary>
internal static class DatabaseRegistration
{
    // It fails for a login that may not take the role, and then the console could answer nobody.
    private const string Question = "select set_config('role', 'trackhub_console', true)";

    /// <summary>Adds <see cref="TenantDatabase"/>, and tells readiness whether PostgreSQL lets the console in.</summary>
    public static void AddTenantDatabase(this IHostApplicationBuilder builder)
    {
        builder.AddSection<PostgresOptions>("Postgres");
        builder.Services.AddSingleton(static services =>
            new ConsoleConnections(NpgsqlDataSource.Create(services.GetRequiredService<IOptions<PostgresOptions>>().Value.DurableConsole)));
        builder.Services.AddSingleton<TenantDatabase>();
        builder.Services.AddSingleton<IHostedService>(static services => new PostgresWatch(
            services.GetRequiredService<ConsoleConnections>().Source, services.GetRequiredService<Readiness>(), services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<PostgresWatch>>(), Question, "postgres_console"));
    }
}
