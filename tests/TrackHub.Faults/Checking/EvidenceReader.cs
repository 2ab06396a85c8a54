using System.Text.Json;
using Npgsql;
using TrackHub.Faults.Driving;
using TrackHub.Faults.Lab;

namespace TrackHub.Faults.Checking;

/// <summary>Reads the evidence of a run out of database and simulator.</summary>
/// <param name="postgres">The system's database.</param>
/// <param name="simulator">Client whose base address is the simulator.</param>
/// <param name="brands">The lab's brands.</param>
internal sealed class EvidenceReader(NpgsqlDataSource postgres, HttpClient simulator, IReadOnlyList<LabBrand> brands)
{
    private const int PageSize = 1_000;
    private readonly string[] _ids = [.. brands.Select(static brand => brand.Id)];

    /// <summary>How many events of a run are acked and not in the ledger, in the ledger without an end, or under way to Meta.</summary>
    public async Task<long> OpenAsync(Load load)
    {
        var receipts = load.Events.Select(static e => e.Receipt).OfType<Receipt>().ToList();
        await using var command = Command("""
            select (select count(*) from unnest($3::text[], $4::int[], $5::bigint[]) as r (topic, partition, pos)
                    where not exists (select 1 from events e where e.topic = r.topic and e.partition = r.partition and e."offset" = r.pos))
                + (select count(*) from unnest($6::text[]) as s (event_id) where not exists (select 1 from events e where e.event_id = s.event_id and e.brand_id = any($1)))
                + (select count(*) from events e where e.brand_id = any($1) and e.received_at >= $2
                    and not exists (select 1 from event_outcomes o where o.ingest_id = e.ingest_id))
                + (select count(*) from dedupe_registry where brand_id = any($1) and state in ('claimed', 'retry', 'held', 'parked'))
            """, load,
            receipts.ConvertAll(static r => r.Topic).ToArray(), receipts.ConvertAll(static r => r.Partition).ToArray(), receipts.ConvertAll(static r => r.Offset).ToArray(),
            load.Events.Where(static e => e.Spooled).Select(static e => e.EventId).ToArray());
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Reads everything of a run.</summary>
    /// <param name="load">The run.</param>
    /// <param name="everSent">Ids of every event the lab ever sent.</param>
    public async Task<Evidence> ReadAsync(Load load, IReadOnlySet<string> everSent)
    {
        var stored = await StoredAsync(load);
        var sent = load.Events;
        var ids = sent.Select(static e => e.EventId).ToHashSet();
        return new()
        {
            Brands = brands,
            Sent = sent,
            EverSent = everSent,
            Stored = stored,
            Ends = await EndsAsync(load),
            InFlight = await InFlightAsync(load),
            Matches = await MatchesAsync(load),
            Attempts = await AttemptsAsync(load),

            // What other runs sent is theirs to check; what nobody sent is anybody's.
            Arrivals = [.. (await ArrivalsAsync()).Where(arrival => ids.Contains(arrival.Key.EventId) || !everSent.Contains(arrival.Key.EventId))],
        };
    }

    private async Task<List<StoredEvent>> StoredAsync(Load load)
    {
        await using var command = Command("""
            select ingest_id, brand_id, event_id, coalesce(sale_kind, kind), topic, partition, "offset" from events where brand_id = any($1) and received_at >= $2
            """, load);
        return await RowsAsync(command, static row => new StoredEvent(
            row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), new(row.GetString(4), row.GetInt32(5), row.GetInt64(6))));
    }

    private async Task<ILookup<Guid, StoredEnd>> EndsAsync(Load load)
    {
        await using var command = Command("""
            select distinct on (ingest_id, destination) ingest_id, destination, state, reason
            from event_outcomes where brand_id = any($1) and ingested_at >= $2 order by ingest_id, destination, revision desc
            """, load);
        var rows = await RowsAsync(command, static row => (Id: row.GetGuid(0), End: new StoredEnd(row.GetString(1), row.GetString(2), row.GetString(3))));
        return rows.ToLookup(static row => row.Id, static row => row.End);
    }

    private async Task<IReadOnlySet<Guid>> InFlightAsync(Load load)
    {
        await using var command = Command("""
            select ingest_id from dedupe_registry where brand_id = any($1) and created_at >= $2 and state in ('claimed', 'retry', 'held', 'parked')
            """, load);
        return (await RowsAsync(command, static row => row.GetGuid(0))).ToHashSet();
    }

    private async Task<IReadOnlyDictionary<string, StoredMatch>> MatchesAsync(Load load)
    {
        await using var command = Command("""
            select distinct on (c.event_id) c.event_id, c.stage, m.click_event_id, array_to_string(c.flags, ',')
            from conversions c left join matches m on m.brand_id = c.brand_id and m.gateway = c.gateway and m.sale_id = c.sale_id and m.revision = c.revision
            where c.brand_id = any($1) and c.ingested_at >= $2 order by c.event_id, c.revision
            """, load);
        var rows = await RowsAsync(command, static row => (
            Id: row.GetString(0), Match: new StoredMatch(row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3))));
        return rows.ToDictionary(static row => row.Id, static row => row.Match);
    }

    private async Task<IReadOnlyDictionary<MetaKey, int>> AttemptsAsync(Load load)
    {
        await using var command = Command("""
            select p.dataset_id, a.event_name, a.event_id, count(*)::int
            from dispatch_attempts a join pixels p on p.id = a.pixel_id where a.brand_id = any($1) and a.started_at >= $2 group by 1, 2, 3
            """, load);
        var rows = await RowsAsync(command, static row => (Key: new MetaKey(row.GetString(0), row.GetString(1), row.GetString(2)), Count: row.GetInt32(3)));
        return rows.ToDictionary(static row => row.Key, static row => row.Count);
    }

    private async Task<List<Arrival>> ArrivalsAsync()
    {
        var arrivals = new List<Arrival>();
        foreach (var brand in brands)
        {
            for (long? after = 0; after is not null;)
            {
                await using var stream = await simulator.GetStreamAsync(
                    new Uri($"/_sim/events?dataset={brand.DatasetId}&limit={PageSize}&after={after}", UriKind.Relative));
                using var page = await JsonDocument.ParseAsync(stream);
                arrivals.AddRange(page.RootElement.GetProperty("events").EnumerateArray().Select(ArrivalOf));
                after = page.RootElement.GetProperty("after") is { ValueKind: JsonValueKind.Number } next ? next.GetInt64() : null;
            }
        }

        return arrivals;
    }

    private static Arrival ArrivalOf(JsonElement line) => new(
        new(Text(line, "dataset"), Text(line, "event_name"), Text(line, "event_id")),
        Text(line, "batch"),
        Text(line, "token"),
        [.. line.GetProperty("user_data").EnumerateObject().SelectMany(static property => property.Value.ValueKind is JsonValueKind.Array
            ? property.Value.EnumerateArray().Select(value => KeyValuePair.Create(property.Name, value.GetString()!))
            : [KeyValuePair.Create(property.Name, property.Value.GetString()!)])]);

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString()!;

    // Clocks of one machine: a second covers the rounding of ids to milliseconds.
    private NpgsqlCommand Command(string sql, Load load, params object[] further)
    {
        var command = postgres.CreateCommand(sql);
        foreach (var value in (IEnumerable<object>)[_ids, (load.StartedAt - TimeSpan.FromSeconds(1)).UtcDateTime, .. further])
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static async Task<List<T>> RowsAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }
}
