using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Doctoring;

/// <summary>PostgreSQL: version, settings that promises rest on, schema, secrets and partitions made ahead.</summary>
internal static class PostgresChecks
{
    private const int OldestVersion = 150_000;

    // Ingress, matcher, dispatcher, ledger, metrics: one pool each; the console two; and room for people.
    private const int Pools = 7;

    // Leases and deadlines run by its clock.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(2);

    /// <summary>Looks at the server and at our database on it.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var source = services.GetRequiredService<NpgsqlDataSource>();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var settings = await SettingsAsync(connection, cancellationToken);
        List<Finding> findings =
        [
            .. Settings(settings, Pools * new NpgsqlConnectionStringBuilder(source.ConnectionString).MaxPoolSize),
            Clocks.Compare("postgresql: clock", new(await ScalarAsync<DateTime>(connection, "select clock_timestamp()", cancellationToken)), TimeProvider.System.GetUtcNow(), Skew),
        ];

        var pending = (await services.GetRequiredService<Migrator>().ListAsync(cancellationToken)).Where(static m => m.AppliedAt is null).ToList();
        findings.Add(Finding.Expect(
            pending.Count == 0, "postgresql: schema", pending.Count == 0 ? "as new as this build" : $"lacks {string.Join(", ", pending.Select(static m => m.Name))}",
            Verdict.Fault, "trackhub migrate"));
        if (pending.Count == 0)
        {
            findings.Add(await DaySecretsAsync(connection, cancellationToken));
            findings.Add(await PartitionsAsync(connection, cancellationToken));
        }

        return findings;
    }

    /// <summary>The server's settings against what is needed.</summary>
    /// <param name="settings">Name to value, as in <c>pg_settings</c>.</param>
    /// <param name="connections">Connections all roles may open.</param>
    internal static IEnumerable<Finding> Settings(IReadOnlyDictionary<string, string> settings, int connections)
    {
        var version = int.Parse(settings["server_version_num"], CultureInfo.InvariantCulture);
        yield return Finding.Expect(
            version >= OldestVersion, "postgresql: version", settings["server_version"], Verdict.Fault, "use PostgreSQL 15 or later");
        yield return Finding.Expect(
            settings["server_encoding"] == "UTF8", "postgresql: encoding", settings["server_encoding"], Verdict.Fault, "create the database with encoding UTF8");
        foreach (var name in (string[])["fsync", "full_page_writes"])
        {
            yield return Finding.Expect(
                settings[name] == "on", $"postgresql: {name}", settings[name], Verdict.Fault,
                $"set {name} = on and reload: without it a crash of the machine loses what was committed, and an event could be sent twice");
        }

        yield return Finding.Expect(
            settings["autovacuum"] == "on", "postgresql: autovacuum", settings["autovacuum"], Verdict.Warning, "set autovacuum = on and reload: the registry of sent events is updated all the time");
        var allowed = int.Parse(settings["max_connections"], CultureInfo.InvariantCulture);
        yield return Finding.Expect(
            allowed > connections, "postgresql: connections", $"{allowed} allowed, {connections} wanted by one process of each role", Verdict.Warning,
            $"set max_connections to {connections + 20} or more and restart it, or lower Maximum Pool Size in Postgres:ConnectionString");
    }

    private static async Task<Finding> DaySecretsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var ahead = await ScalarAsync<int>(connection, "select coalesce(max(day) - (now() at time zone 'utc')::date, -1) from day_secrets", cancellationToken);
        return Finding.Expect(
            ahead >= 1, "postgresql: day secrets", ahead < 0 ? "none for today" : $"made {ahead} day(s) ahead", ahead < 0 ? Verdict.Fault : Verdict.Warning,
            "start a ledger, which makes them, or call `trackhub migrate`: without today's nothing can be sealed");
    }

    private static async Task<Finding> PartitionsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string Missing =
            """
            select coalesce(string_agg(parent.relname, ', ' order by parent.relname), '')
            from pg_partitioned_table p join pg_class parent on parent.oid = p.partrelid
            where p.partstrat = 'r' and to_regclass(parent.relname || to_char((now() at time zone 'utc') + interval '1 month', '"_y"YYYY"m"MM')) is null
            """;
        var missing = await ScalarAsync<string>(connection, Missing, cancellationToken);
        return Finding.Expect(
            missing.Length == 0, "postgresql: partitions", missing.Length == 0 ? "next month's are made" : $"next month's are missing for {missing}", Verdict.Warning,
            "start a ledger, which makes them, or call `trackhub migrate`: rows would fall into the default partition and be slow");
    }

    private static async Task<Dictionary<string, string>> SettingsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select name, setting from pg_settings", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken)) settings[reader.GetString(0)] = reader.GetString(1);
        return settings;
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
