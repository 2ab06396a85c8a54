using Npgsql;

namespace TrackHub.Platform.Tenants;

/// <summary>One migration and whether the database has it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">File name.</param>
/// <param name="AppliedAt">When it was applied; null when it is still to be.</param>
public sealed record Migration(int Number, string Name, DateTimeOffset? AppliedAt);

/// <summary>Brings the database to the schema this build was made with. Safe to run from several processes at once.</summary>
public sealed class Migrator(NpgsqlDataSource postgres)
{
    /// <summary>Applies what is missing, makes the encryption key, day secrets and month partitions ahead. Nothing to do is no fault.</summary>
    /// <returns>What was applied now.</returns>
    /// <exception cref="MigrationException">A migration that was applied has changed since, or the database is newer than this build.</exception>
    public Task<IReadOnlyList<Migration>> ApplyAsync(CancellationToken cancelled = default) =>
        throw new NotSupportedException($"Comes with the next commit; {nameof(NpgsqlDataSource)} {postgres.ConnectionString.Length}.");
}

/// <summary>Schema and build do not fit together. The message names the migration and the remedy.</summary>
public sealed class MigrationException(string message) : Exception(message);
