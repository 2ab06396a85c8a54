using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using TrackHub.Platform.Identity;

namespace TrackHub.Platform.Tenants;

/// <summary>The random secret of each UTC day that tenants' day keys are derived from. Deleting one shreds what was sealed under it.</summary>
public sealed class DaySecrets(NpgsqlDataSource postgres, MasterKeys masters, TimeProvider clock)
{
    /// <summary>Day, counted from the day itself, on which a secret is deleted. No record sealed under it is kept or sent longer.</summary>
    public const int ShreddedOnDay = 9;

    /// <summary>Makes the secrets of yesterday (a role's clock may lag), today and the days ahead, where they are missing.</summary>
    /// <param name="daysAhead">How long PostgreSQL may be away without stopping the ingress, in days.</param>
    /// <param name="cancelled">Ends the call.</param>
    /// <returns>How many were made.</returns>
    public async Task<int> EnsureAsync(int daysAhead = 3, CancellationToken cancelled = default)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancelled);
        var keys = await EncryptionKeys.LoadAsync(connection, masters, cancelled);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var known = await KnownAsync(connection, today.AddDays(-1), cancelled);
        var made = 0;
        for (var day = today.AddDays(-1); day <= today.AddDays(daysAhead); day = day.AddDays(1))
        {
            if (known.Contains(day))
                continue;

            await using var command = new NpgsqlCommand("insert into day_secrets (day, sealed) values ($1, $2) on conflict do nothing", connection);
            command.Parameters.Add(new() { Value = day, NpgsqlDbType = NpgsqlDbType.Date });
            command.Parameters.Add(new()
            {
                Value = keys.Seal(Sealer.SystemTenant, ColumnPurpose.DaySecret, RowOf(day), RandomNumberGenerator.GetBytes(KeyRing.KeyBytes)),
            });
            made += await command.ExecuteNonQueryAsync(cancelled);
        }

        return made;
    }

    /// <summary>Deletes the secrets whose day 9 has come, by this clock and by the database's: a clock that runs ahead shreds nothing.</summary>
    /// <returns>How many were deleted.</returns>
    public async Task<int> PurgeAsync(CancellationToken cancelled = default)
    {
        await using var command = postgres.CreateCommand(
            "delete from day_secrets where day <= least($1, (now() at time zone 'utc')::date) - $2");
        command.Parameters.Add(new() { Value = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), NpgsqlDbType = NpgsqlDbType.Date });
        command.Parameters.Add(new() { Value = ShreddedOnDay });
        return await command.ExecuteNonQueryAsync(cancelled);
    }

    /// <summary>The row a secret is sealed for, as PostgreSQL writes the date.</summary>
    internal static string RowOf(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<HashSet<DateOnly>> KnownAsync(NpgsqlConnection connection, DateOnly from, CancellationToken cancelled)
    {
        await using var command = new NpgsqlCommand("select day from day_secrets where day >= $1", connection);
        command.Parameters.Add(new() { Value = from, NpgsqlDbType = NpgsqlDbType.Date });
        await using var reader = await command.ExecuteReaderAsync(cancelled);
        var days = new HashSet<DateOnly>();
        while (await reader.ReadAsync(cancelled))
            days.Add(reader.GetFieldValue<DateOnly>(0));
        return days;
    }
}
