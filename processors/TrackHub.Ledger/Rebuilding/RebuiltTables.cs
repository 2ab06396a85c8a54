using Npgsql;
using TrackHub.Ledger.Projecting;

namespace TrackHub.Ledger.Rebuilding;

/// <summary>Which rows of the ledger's tables a rebuild makes again.</summary>
/// <remarks>
/// Left out is <c>alerts</c>: an alarm is told once, and its newest record wins whenever it is read. A brand that was removed has neither keys nor a time
/// zone any more, so what is left of it stays.
/// </remarks>
internal sealed class RebuiltTables
{
    // $1: moment; $2: brands; $3: of each its first whole day from then on. A session's identity is first seen when its first event happened, which is never
    // after that was received: so all its events are read again. Dead letters may have no brand.
    private static readonly (string Table, string IsRebuilt)[] Tables =
    [
        ("events", "ingested_at >= $1 and brand_id = any ($2)"),
        ("clicks", "ingested_at >= $1 and brand_id = any ($2)"),
        ("identities", "first_seen >= $1 and brand_id = any ($2)"),
        ("conversions", "ingested_at >= $1 and brand_id = any ($2)"),
        ("matches", "ingested_at >= $1 and brand_id = any ($2)"),
        ("event_outcomes", "ingested_at >= $1 and brand_id = any ($2)"),
        ("book_entries", "ingested_at >= $1 and brand_id = any ($2)"),
        ("book_minutes", "minute >= $1 and brand_id = any ($2)"),
        ("quality_days", "day >= ($1 at time zone 'utc')::date and coalesce(day >= ($3)[array_position($2, brand_id)], false)"),
        ("dead_letters", "at >= $1"),
        ("quarantine", "received_at >= $1 and brand_id = any ($2)"),
    ];

    private readonly DateTimeOffset _from;
    private readonly (string Id, DateOnly FirstDay)[] _brands;

    private RebuiltTables(DateTimeOffset from, (string Id, DateOnly FirstDay)[] brands) => (_from, _brands) = (from, brands);

    /// <summary>The rows of what happened from a moment on, a full minute.</summary>
    public static async Task<RebuiltTables> OfAsync(DateTimeOffset from, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select id, time_zone from brands order by id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var brands = new List<(string, DateOnly)>();
        while (await reader.ReadAsync(cancellationToken))
            brands.Add((reader.GetString(0), BrandDays.FirstWhole(from, BrandDays.ZoneOf(reader.GetString(1)))));
        return new(from, [.. brands]);
    }

    /// <summary>Counts what would be deleted and what would stay.</summary>
    public async Task<IReadOnlyList<RebuiltTable>> CountAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var counted = new List<RebuiltTable>();
        foreach (var (table, isRebuilt) in Tables)
        {
            await using var command = Command(connection, $"select count(*) filter (where {isRebuilt}), count(*) filter (where not ({isRebuilt})) from {table}");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            counted.Add(new(table, reader.GetInt64(0), reader.GetInt64(1)));
        }

        return counted;
    }

    /// <summary>Deletes them.</summary>
    public async Task DeleteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var (table, isRebuilt) in Tables)
        {
            await using var command = Command(connection, $"delete from {table} where {isRebuilt}");
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection)
    {
        CommandTimeout = 0,   // nine days of a big seller's rows take their time
        Parameters =
        {
            new() { Value = _from.UtcDateTime },
            new() { Value = Array.ConvertAll(_brands, static b => b.Id) },
            new() { Value = Array.ConvertAll(_brands, static b => b.FirstDay) },
        },
    };
}
