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

/// <summary>A numbered migration as this build has it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">File name.</param>
/// <param name="Sql">Its statements.</param>
internal sealed record MigrationScript(int Number, string Name, string Sql)
{
    /// <summary>Every script of this build, in order.</summary>
    public static IReadOnlyList<MigrationScript> All { get; } = ReadAll(typeof(Topics).Assembly);

    /// <summary>SHA-256 of the statements, lower-case hex.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    private static List<MigrationScript> ReadAll(Assembly assembly) =>
    [
        .. assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith("sql/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(assembly, name)),
    ];

    private static MigrationScript Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var name = resource["sql/".Length..];
        return new(int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), name, reader.ReadToEnd().ReplaceLineEndings("\n"));
    }
}

/// <summary>Brings the database to the schema this build was made with. Safe to run from several processes at once.</summary>
/// <param name="postgres">The database, as the owner of its tables.</param>
/// <param name="masters">Opens and seals encryption keys.</param>
/// <param name="clock">Tells for which days secrets are made.</param>
public sealed class Migrator(NpgsqlDataSource postgres, MasterKeys masters, TimeProvider clock)
{
    /// <summary>What is applied: everything this build has.</summary>
    internal IReadOnlyList<MigrationScript> Scripts { get; init; } = MigrationScript.All;

    /// <summary>Applies what is missing; makes encryption key, day secrets and month partitions ahead. Nothing to do is no fault.</summary>
    /// <returns>What was applied now.</returns>
    /// <exception cref="MigrationException">An applied migration has changed since, or the database is newer than this build.</exception>
    /// <exception cref="WrongMasterKeyException">The master key is not the one the database was sealed with.</exception>
    public async Task<IReadOnlyList<Migration>> ApplyAsync(CancellationToken cancelled = default)
    {
        var applied = await ApplyScriptsAsync(cancelled);
        await using var connection = await postgres.OpenConnectionAsync(cancelled);
        await new EncryptionKeyRotation(connection, masters).EnsureAsync(cancelled);
        await new DaySecrets(postgres, masters, clock).EnsureAsync(cancelled: cancelled);
        await new MonthPartitions(postgres).MakeAsync(cancelled);
        await using var change = await AdminChange.BeginAsync(postgres, masters, "migrate", cancelled);
        await RuleVersions.EnsureAllAsync(change, cancelled);
        await change.CommitAsync(cancelled);
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

    /// <summary>Applies the scripts that are missing, and nothing else.</summary>
    internal async Task<IReadOnlyList<Migration>> ApplyScriptsAsync(CancellationToken cancelled = default)
    {
        // One transaction for all: a migration that fails leaves the database as it was. The lock ends with it, whatever happens to us.
        await using var connection = await postgres.OpenConnectionAsync(cancelled);
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

            await ExecuteAsync(connection, script, cancelled);
            applied.Add(new(script.Number, script.Name, await RecordAsync(connection, script, cancelled)));
        }

        await transaction.CommitAsync(cancelled);
        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, MigrationScript script, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand(script.Sql, connection) { CommandTimeout = 0 };
        try
        {
            await command.ExecuteNonQueryAsync(cancelled);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new MigrationException(
                $"Migration {script.Name}: {fault.MessageText.TrimEnd('.')}. {fault.Hint ?? "Migrate as the owner of the tables: set TRACKHUB_Postgres__OwnerConnectionString."}");
        }
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

    private static async Task<DateTimeOffset> RecordAsync(NpgsqlConnection connection, MigrationScript script, CancellationToken cancelled)
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

    private sealed record AppliedRow(string Checksum, DateTimeOffset At);
}
