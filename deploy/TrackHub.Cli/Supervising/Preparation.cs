using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Supervising;

/// <summary>What lies between stores and roles: schema of the database, topics of the log, brand <c>demo</c>.</summary>
internal static class Preparation
{
    /// <summary>Does what is not done yet; nothing to do is quick.</summary>
    public static async Task RunAsync(
        MachineData data, SystemConfiguration configuration, IReadOnlyList<string> configured, Action<string> say, CancellationToken cancellationToken)
    {
        using var host = PlatformServices.Create(configuration, configured);
        await Task.WhenAll(PrepareDatabaseAsync(), PrepareTopicsAsync());

        async Task PrepareDatabaseAsync()
        {
            var applied = await host.Services.GetRequiredService<Migrator>().ApplyAsync(cancellationToken);
            say(applied.Count == 0 ? "database is up to date" : $"database: {applied.Count} migration(s) applied");
            if (configuration.RunsPostgres)
                await PostgresService.AdmitRolesAsync(host.Services.GetRequiredKeyedService<NpgsqlDataSource>(TenantsRegistration.Owner), data, cancellationToken);
            if (await DemoSetup.EnsureAsync(host.Services.GetRequiredService<TenantAdmin>(), data, cancellationToken)) say("tenant and brand demo made");
        }

        async Task PrepareTopicsAsync()
        {
            var drift = await host.Services.GetRequiredService<TopicAdmin>().ApplyAsync(cancellationToken);
            say(drift.Count == 0 ? "topics are up to date" : $"topics: {drift.Select(static d => d.Topic).Distinct(StringComparer.Ordinal).Count()} made or aligned");
        }
    }
}
