using Npgsql;
using TrackHub.Metrics.Sentry.Judging;

namespace TrackHub.Metrics.Sentry.Watching;

/// <summary>A brand as The Sentry looks at it.</summary>
/// <param name="BrandId">Brand.</param>
/// <param name="TimeZone">IANA zone its figures are made in.</param>
/// <param name="Currency">Currency of its amounts.</param>
/// <param name="Rules">How far off a figure must be; null: it wants no Sentry.</param>
/// <param name="Seen">What was seen at the last look; null: judge whatever is there.</param>
internal sealed record WatchedBrand(string BrandId, string TimeZone, string Currency, SentryRules? Rules, string? Seen)
{
    /// <summary>Adds brands that have figures since lately.</summary>
    public static async Task AddNewAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "insert into sentry_brands (brand_id) select brand_id from metrics_brands except select brand_id from sentry_brands on conflict do nothing");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes the brand that waits longest, for the length of the transaction; one that another instance looks at is passed over.</summary>
    /// <returns>Null when every brand was looked at since then.</returns>
    public static async Task<WatchedBrand?> TakeAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset lookedBefore, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.brand_id, m.time_zone, m.currency, coalesce(c.sentry_enabled, true), coalesce(c.sentry_sensitivity, 'medium'), s.seen
            from sentry_brands s join metrics_brands m using (brand_id) left join performance_configs c using (brand_id)
            where s.looked_at < $1 order by s.looked_at limit 1 for update of s skip locked
            """, connection, transaction)
        {
            Parameters = { new() { Value = lookedBefore.ToUniversalTime() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3) ? SentryRules.Of(reader.GetString(4)) : null,
                await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetString(5))
            : null;
    }

    /// <summary>Remembers the look.</summary>
    /// <param name="connection">Where to write.</param>
    /// <param name="transaction">In which transaction; null: in its own.</param>
    /// <param name="at">When.</param>
    /// <param name="seen">What was seen; null: judge again next time, whatever is there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task LookedAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, DateTimeOffset at, string? seen, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("update sentry_brands set looked_at = $2, seen = $3 where brand_id = $1", connection, transaction)
        {
            Parameters =
            {
                new() { Value = BrandId }, new() { Value = at.ToUniversalTime() }, new() { Value = (object?)seen ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
