using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Cli;
using TrackHub.Cli.Supervising;
using TrackHub.Load.Figures;
using TrackHub.Load.Setup;
using TrackHub.Platform.Tenants;

namespace TrackHub.Load.Pages;

/// <summary>
/// The shipped console alone in a process of its own, over a database of its own on the running system's PostgreSQL server, with ninety days of hourly figures of a
/// thousand brands of one tenant.
/// </summary>
internal sealed class PagesLab : IAsyncDisposable
{
    /// <summary>Brands; the first has all four sources, the others their sum.</summary>
    public const int Brands = 1_000;

    /// <summary>Hours of each.</summary>
    public const int Hours = 90 * 24;

    private readonly LoadDatabase _database;
    private readonly RoleProcess _role;

    private PagesLab(LoadDatabase database, RoleProcess role, string brandId, Secret<string> key, DateTimeOffset end) =>
        (_database, _role, BrandId, Key, End, Address) = (database, role, brandId, key, end, new($"http://127.0.0.1:{role.Ports.Console}/"));

    /// <summary>Where the console listens.</summary>
    public Uri Address { get; }

    /// <summary>The brand that is asked for.</summary>
    public string BrandId { get; }

    /// <summary>A key of its tenant.</summary>
    public Secret<string> Key { get; }

    /// <summary>End of the newest hour.</summary>
    public DateTimeOffset End { get; }

    /// <summary>What the console's process has cost.</summary>
    public ProcessMeter Meter => _role.Meter;

    /// <summary>Starts it.</summary>
    /// <exception cref="CommandException">It did not get ready.</exception>
    public static async Task<PagesLab> StartAsync(LoadRun run, ParseResult call, CancellationToken cancellationToken)
    {
        using var system = PlatformServices.Create(call);
        var database = await LoadDatabase.CreateAsync(system.Services.GetRequiredService<IOptions<PostgresOptions>>().Value.OwnerConnectionString, cancellationToken);
        IReadOnlyList<string> configured = [.. call.Configured(), $"Postgres:ConnectionString={database.ConnectionString}", $"Postgres:OwnerConnectionString={database.ConnectionString}"];
        using var host = PlatformServices.Create(SystemConfiguration.Read(call.MachineData(), call.Ports(), configured), configured);
        await host.Services.GetRequiredService<Migrator>().ApplyAsync(cancellationToken);
        var admin = host.Services.GetRequiredService<TenantAdmin>();
        var tenant = await admin.AddTenantAsync("load", cancellationToken);
        var brand = await admin.AddBrandAsync(tenant.Id, "asked for", cancelled: cancellationToken);
        var key = await admin.AddApiKeyAsync(tenant.Id, "load", AccessRole.Viewer, cancellationToken);
        var now = run.Clock.GetUtcNow();
        var end = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        await run.SayAsync($"pages: {Hours:N0} hours of {Brands:N0} brands into the figures");
        await SeedAsync(database.ConnectionString, tenant.Id, brand.Id, end, cancellationToken);

        var role = await RoleProcess.StartAsync(
            RoleNames.Console,
            call.MachineData().Root,
            new Dictionary<string, string>
            {
                ["TRACKHUB_Postgres__ConnectionString"] = database.ConnectionString,
                ["TRACKHUB_Postgres__ConsoleConnectionString"] = database.ConnectionString,   // its queries take the console's role all the same
                ["TRACKHUB_Console__RequestsPerMinute"] = "1000000",
            },
            run.Clock,
            cancellationToken);
        return new(database, role, brand.Id, key.Shown, end);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _role.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task SeedAsync(string owner, string tenantId, string brandId, DateTimeOffset end, CancellationToken cancellationToken)
    {
        await using var source = NpgsqlDataSource.Create(owner);
        foreach (var sql in (string[])
        [
            $"insert into brands (id, tenant_id, name, index_key_sealed) select 'load' || lpad(n::text, 8, '0'), '{tenantId}', 'load ' || n, '' from generate_series(2, {Brands}) n",
            "select make_month_partition('performance_metrics', (date_trunc('month', now()) - make_interval(months => age))::date) from generate_series(1, 4) age",
            $"""
            insert into performance_metrics (brand_id, source, period, timestamp, revision, currency, spend_minor, revenue_minor, conversions, new_customers, clicks, impressions)
            select b.id, s, 'hourly', '{end:u}'::timestamptz - h * interval '1 hour', 1, 'BRL', 12345 + h, 49380 + h, 5, 5, 150, 6000
            from generate_series(1, {Hours}) h cross join brands b cross join unnest(array['meta', 'google', 'organic', 'aggregated']) s
            where b.id = '{brandId}' or (s = 'aggregated' and b.tenant_id = '{tenantId}')
            """,
            "vacuum analyze performance_metrics",
        ])
        {
            await using var command = source.CreateCommand(sql);
            command.CommandTimeout = 600;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
