using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using TrackHub.Schemas;

namespace TrackHub.Platform.Tenants;

/// <summary>One migration and whether the database has it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">File name.</param>
/// <param name="AppliedAt">When it was applied; null when it is still to be.</param>
public sealed record Migration(int Number, string Name, DateTimeOffset? AppliedAt);

/// <summary>Schema and build do not fit together. The message names the migration and the remedy.</summary>
public sealed class MigrationException(string message) : Exception(message);

/// <summary>Brings the database to the schema this build was made with. Safe to run from several processes at once.</summary>
public sealed class Migrator(NpgsqlDataSource postgres, MasterKeys masters, DaySecrets daySecrets)
{
    private const int MonthsAhead = 3;

    private static readonly IReadOnlyList<Script> Scripts = ReadScripts();

    /// <summary>Applies what is missing; makes encryption key, day secrets and month partitions ahead. Nothing to do is no fault.</summary>
    /// <returns>What was applied now.</returns>
    /// <exception cref="MigrationException">An applied migration has changed since, or the database is newer than this build.</exception>
    /// <exception cref="WrongMasterKeyException">The master key is not the one the database was sealed with.</exception>
    public async Task<IReadOnlyList<Migration>> ApplyAsync(CancellationToken cancelled = default)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancelled);
        var applied = await ApplyScriptsAsync(connection, cancelled);
        await new EncryptionKeyRotation(connection, masters).EnsureAsync(cancelled);
        await daySecrets.EnsureAsync(cancelled: cancelled);
        await MakePartitionsAsync(cancelled);
        return applied;
    }

    /// <summary>Every migration of this build and whether the database has it.</summary>
    public async Task<IReadOnlyList<Migration>> ListAsync(CancellationToken cancelled = default)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancelled);
        await using var transaction = await LockAsync(connection, cancelled);
        var known = await AppliedAsync(connection, cancelled);
        await transaction.CommitAsync(cancelled);
        return [.. Scripts.Select(script => new Migration(script.Number, script.Name, known.GetValueOrDefault(script.Number)?.At))];
    }

    /// <summary>Makes the month partitions ahead of the tables that are partitioned by month.</summary>
    /// <returns>How many were made.</returns>
    public async Task<int> MakePartitionsAsync(CancellationToken cancelled = default)
    {
        await using var command = postgres.CreateCommand("select ensure_month_partitions($1)");
        command.Parameters.Add(new() { Value = MonthsAhead });
        return (int)(await command.ExecuteScalarAsync(cancelled) ?? 0);
    }

    // One transaction for all: a migration that fails leaves the database as it was. The lock ends with it, whatever happens to us.
    private static async Task<IReadOnlyList<Migration>> ApplyScriptsAsync(NpgsqlConnection connection, CancellationToken cancelled)
    {
        await using var transaction = await LockAsync(connection, cancelled);
        var known = await AppliedAsync(connection, cancelled);
        if (known.Keys.Except(Scripts.Select(static script => script.Number)).ToList() is { Count: > 0 } unknown)
            throw new MigrationException(
                $"The database has migration {unknown.Max():0000}, which this build does not know. Run a build as new as the one that migrated it.");

        var applied = new List<Migration>();
        foreach (var script in Scripts)
        {
            if (known.TryGetValue(script.Number, out var row))
            {
                if (row.Checksum != script.Checksum)
                    throw new MigrationException(
                        $"Migration {script.Name} was changed after it was applied. Restore the file and put the change into a new one.");
                continue;
            }

            await using (var command = new NpgsqlCommand(script.Sql, connection) { CommandTimeout = 0 })
                await command.ExecuteNonQueryAsync(cancelled);
            applied.Add(new(script.Number, script.Name, await RecordAsync(connection, script, cancelled)));
        }

        await transaction.CommitAsync(cancelled);
        return applied;
    }

    private static async Task<NpgsqlTransaction> LockAsync(NpgsqlConnection connection, CancellationToken cancelled)
    {
        var transaction = await connection.BeginTransactionAsync(cancelled);
        await using var command = new NpgsqlCommand(
            """
            select pg_advisory_xact_lock(hashtext('trackhub migrations'));
            create table if not exists schema_migrations (
                number     int primary key,
                name       text not null,
                checksum   text not null,
                applied_at timestamptz not null default clock_timestamp()
            );
            """,
            connection)
        { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancelled);
        return transaction;
    }

    private static async Task<Dictionary<int, AppliedRow>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand("select number, checksum, applied_at from schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var rows = new Dictionary<int, AppliedRow>();
        while (await reader.ReadAsync(cancelled))
            rows.Add(reader.GetInt32(0), new(reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)));
        return rows;
    }

    private static async Task<DateTimeOffset> RecordAsync(NpgsqlConnection connection, Script script, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand(
            "insert into schema_migrations (number, name, checksum) values ($1, $2, $3) returning applied_at", connection);
        command.Parameters.Add(new() { Value = script.Number });
        command.Parameters.Add(new() { Value = script.Name });
        command.Parameters.Add(new() { Value = script.Checksum });
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        await reader.ReadAsync(cancelled);
        return reader.GetFieldValue<DateTimeOffset>(0);
    }

    private static List<Script> ReadScripts()
    {
        var assembly = typeof(Topics).Assembly;
        return [.. assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith("sql/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(assembly, name))];
    }

    private static Script Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
        var name = resource["sql/".Length..];
        return new(
            int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name, sql,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
    }

    private sealed record Script(int Number, string Name, string Sql, string Checksum);

    private sealed record AppliedRow(string Checksum, DateTimeOffset At);
}
