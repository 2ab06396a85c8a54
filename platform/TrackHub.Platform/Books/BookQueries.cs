using Npgsql;

namespace TrackHub.Platform.Books;

/// <summary>How far a partition is passed.</summary>
/// <param name="Place">Topic and partition, see <see cref="Journey.Place"/>.</param>
/// <param name="Next">First offset that is not passed.</param>
/// <param name="Kind">What an event in it is doing.</param>
internal readonly record struct PassedPlace(string Place, long Next, string Kind);

/// <summary>Sums of a brand.</summary>
internal sealed record BrandSums(string BrandId, long Accepted, IReadOnlyDictionary<string, long> Ends);

/// <summary>Entries of a minute that have not ended, of one kind.</summary>
/// <param name="Kind">What they are doing; null if nothing says that they are on their way.</param>
/// <param name="IngestIds">Some of those without a kind.</param>
internal sealed record OpenMinute(string BrandId, DateTimeOffset Minute, string? Kind, long Entries, IReadOnlyList<Guid> IngestIds);

/// <summary>Questions to the tables of the books.</summary>
internal static class BookQueries
{
    private static readonly string[] Ends =
    [
        "unknown", "delivered", "duplicate", "recorded", "test", "unmapped", "blocked_consent", "suppressed", "expired", "erased", "dead",
    ];

    private static readonly string Sums = $"""
        select brand_id, sum(accepted)::bigint, {string.Join(", ", Ends.Select(static end => $"sum({end})::bigint"))}
        from book_minutes where ($1::text is null or brand_id = $1) and ($2::timestamptz is null or minute >= $2)
        group by brand_id order by brand_id
        """;

    // The furthest record decides; parked only while the registry says so, or that it is taken up and not copied yet: then its way goes on elsewhere.
    private static readonly string Open = $"""
        with place as (select * from unnest($3::text[], $4::bigint[], $5::text[]) as p (place, next, kind)),
        judged as (
            select e.brand_id, date_trunc('minute', e.ingested_at, 'UTC') as minute, e.ingest_id, e.ingested_at,
                case when found.kind is not null and found.kind <> 'parked' and row.state = 'claimed' then 'claimed' else found.kind end as kind
            from book_entries e
            left join lateral (
                select case when r.state = 'retry' and r.reason = 'resumed' then 'parked' else r.state end as state from dedupe_registry r
                where e.destination <> '' and r.ingest_id = e.ingest_id and r.pixel_id = e.destination and r.brand_id = e.brand_id limit 1
            ) row on true
            left join lateral (
                select p.kind from jsonb_each_text(e.carriers) c join place p on p.place = c.key and c.value::bigint >= p.next
                where p.kind <> 'parked' or row.state = 'parked'
                order by array_position($6::text[], p.kind) desc limit 1
            ) found on true
            where e.state is null and ($1::text is null or e.brand_id = $1) and ($2::timestamptz is null or e.ingested_at >= $2)
        )
        select brand_id, minute, kind, count(*), (array_agg(ingest_id order by ingested_at, ingest_id) filter (where kind is null))[1:{BookAudit.Examples}]
        from judged group by brand_id, minute, kind
        """;

    private const string Lost = """
        select e.ingest_id, e.brand_id, v.event_id, nullif(e.destination, ''),
            array(select c.key || '/' || c.value from jsonb_each_text(e.carriers) c order by c.key)
        from book_entries e left join events v on v.ingest_id = e.ingest_id and v.ingested_at = e.ingested_at
        where e.ingest_id = any($1) and e.state is null order by e.ingested_at, e.ingest_id, e.destination
        """;

    public static async Task<IReadOnlyList<BrandSums>> SumsAsync(NpgsqlConnection connection, BookQuery query, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, Sums, query);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sums = new List<BrandSums>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var ends = Ends.Select((end, i) => (end, Count: reader.GetInt64(i + 2))).ToDictionary(static pair => pair.end, static pair => pair.Count);
            sums.Add(new(reader.GetString(0), reader.GetInt64(1), ends));
        }

        return sums;
    }

    public static async Task<IReadOnlyList<OpenMinute>> OpenAsync(
        NpgsqlConnection connection, BookQuery query, IReadOnlyList<PassedPlace> places, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, Open, query);
        command.Parameters.Add(new() { Value = places.Select(static place => place.Place).ToArray() });
        command.Parameters.Add(new() { Value = places.Select(static place => place.Next).ToArray() });
        command.Parameters.Add(new() { Value = places.Select(static place => place.Kind).ToArray() });
        command.Parameters.Add(new() { Value = Journey.Kinds.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var open = new List<OpenMinute>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var isLost = await reader.IsDBNullAsync(2, cancellationToken);
            open.Add(new(
                reader.GetString(0),
                reader.GetFieldValue<DateTimeOffset>(1),
                isLost ? null : reader.GetString(2),
                reader.GetInt64(3),
                isLost ? reader.GetFieldValue<Guid[]>(4) : []));
        }

        return open;
    }

    public static async Task<IReadOnlyList<LostEvent>> LostAsync(NpgsqlConnection connection, IReadOnlyList<Guid> ingestIds, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Lost, connection) { Parameters = { new() { Value = ingestIds.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lost = new List<LostEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lost.Add(new(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetString(3),
                reader.GetFieldValue<string[]>(4)));
        }

        return lost;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, BookQuery query) => new(sql, connection)
    {
        Parameters =
        {
            new() { Value = (object?)query.BrandId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            new() { Value = (object?)Minute(query.From)?.UtcDateTime ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz },
        },
    };

    private static DateTimeOffset? Minute(DateTimeOffset? time) =>
        time is { } at ? new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero) : null;
}
