using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TrackHub.Schemas;

namespace TrackHub.Ledger.Books;

/// <summary>Keeps <c>book_entries</c> and <c>book_minutes</c> in the caller's transaction: what a batch adds counts exactly once, with its offsets.</summary>
/// <remarks>
/// The row of the event itself is its lock, taken in the order of the ids before anything of the event is read; sums are added last, in their own
/// order. So ledgers that read different topics of one event neither miss each other's facts nor block each other for good.
/// </remarks>
internal static class BookStore
{
    private const string Forwarded = "forwarded";

    private const string Insert = """
        insert into book_entries (ingest_id, destination, ingested_at, brand_id)
        select q.ingest_id, '', q.ingested_at, q.brand_id
        from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as q (ingest_id, ingested_at, brand_id) order by q.ingest_id
        on conflict do nothing returning ingest_id
        """;

    // The bounds of time let PostgreSQL look into the months concerned alone.
    private const string Lock = """
        select ingest_id from book_entries where ingest_id = any($1) and ingested_at between $2 and $3 and destination = '' order by ingest_id for update
        """;

    // A statement of its own: it must see what others committed before the lock was got.
    private const string Select = """
        select ingest_id, destination, ingested_at, brand_id, counted, state, revision, carriers
        from book_entries where ingest_id = any($1) and ingested_at between $2 and $3 order by ingest_id, destination
        """;

    private const string Upsert = """
        insert into book_entries as e (ingest_id, destination, ingested_at, brand_id, counted, state, revision, carriers)
        select q.* from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::boolean[], $6::text[], $7::bigint[], $8::jsonb[])
            as q (ingest_id, destination, ingested_at, brand_id, counted, state, revision, carriers)
        on conflict (ingest_id, destination, ingested_at) do update
            set counted = excluded.counted, state = excluded.state, revision = excluded.revision, carriers = excluded.carriers
        """;

    private static readonly string Sums = $"""
        insert into book_minutes as m (minute, brand_id, {string.Join(", ", Tally.Columns)})
        select q.* from unnest($1::timestamptz[], $2::text[], {string.Join(", ", Tally.Columns.Select(static (_, i) => $"${i + 3}::bigint[]"))})
            as q (minute, brand_id, {string.Join(", ", Tally.Columns)}) order by q.minute, q.brand_id
        on conflict (minute, brand_id) do update set {string.Join(", ", Tally.Columns.Select(static column => $"{column} = m.{column} + excluded.{column}"))}
        """;

    /// <summary>Takes facts, and events the ledger ended itself, into the books.</summary>
    /// <param name="connection">Connection.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="facts">What the batch's records say.</param>
    /// <param name="recorded">Events stored just now for the first time that the ledger ended itself.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<BookFact> facts,
        IReadOnlyList<(string BrandId, DateTimeOffset IngestedAt)> recorded, CancellationToken cancellationToken)
    {
        var sums = new SortedDictionary<(DateTimeOffset Minute, string BrandId), Tally>();
        foreach (var (brandId, ingestedAt) in recorded)
        {
            SumOf(sums, ingestedAt, brandId).Add(Tally.Accepted, 1);
            SumOf(sums, ingestedAt, brandId).Add(Tally.Of(OutcomeState.Recorded), 1);
        }

        await using var batch = new NpgsqlBatch(connection, transaction);
        if (facts.Count > 0)
        {
            var events = await LoadAsync(connection, transaction, facts, cancellationToken);
            foreach (var group in facts.GroupBy(static fact => fact.IngestId))
            {
                var (e, before) = events[group.Key];
                foreach (var fact in group)
                    e.Apply(fact);
                var sum = SumOf(sums, e.IngestedAt, e.BrandId);
                sum.Add(e.Tally());
                sum.Add(before, -1);
            }

            AddEntries(batch, events.Values.Select(static known => known.Event));
        }

        AddSums(batch, sums);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Tally SumOf(SortedDictionary<(DateTimeOffset Minute, string BrandId), Tally> sums, DateTimeOffset at, string brandId)
    {
        var key = (new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero), brandId);
        if (!sums.TryGetValue(key, out var sum))
            sums[key] = sum = new();
        return sum;
    }

    /// <summary>The events of these facts as they are stored, locked, and what they add to the sums so far.</summary>
    private static async Task<Dictionary<Guid, (BookEvent Event, Tally Before)>> LoadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<BookFact> facts, CancellationToken cancellationToken)
    {
        var wanted = facts.DistinctBy(static fact => fact.IngestId).ToList();
        var ids = wanted.ConvertAll(static fact => fact.IngestId).ToArray();
        object[] scope = [ids, wanted.Min(static fact => fact.IngestedAt).UtcDateTime, wanted.Max(static fact => fact.IngestedAt).UtcDateTime];
        await using var batch = new NpgsqlBatch(connection, transaction);
        Add(batch, Insert, ids, wanted.ConvertAll(static fact => fact.IngestedAt.UtcDateTime).ToArray(), wanted.ConvertAll(static fact => fact.BrandId).ToArray());
        Add(batch, Lock, scope);
        Add(batch, Select, scope);

        var made = new HashSet<Guid>();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            made.Add(reader.GetGuid(0));
        await reader.NextResultAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);

        var events = new Dictionary<Guid, BookEvent>(wanted.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            var entry = EntryOf(reader);
            var id = reader.GetGuid(0);
            if (entry.Destination.Length == 0)
                events[id] = new(id, reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3)) { IsCounted = reader.GetBoolean(4) };
            if (!made.Contains(id))
                events[id].Restore(entry);
        }

        return events.ToDictionary(static e => e.Key, e => (e.Value, made.Contains(e.Key) ? new Tally() : e.Value.Tally()));
    }

    private static BookEntry EntryOf(NpgsqlDataReader reader)
    {
        var state = reader.IsDBNull(5) ? null : reader.GetString(5);
        return new(reader.GetString(1))
        {
            End = state is null or Forwarded ? null : new BookEnd(OutcomeStateSymbols.TryParse(state, out var known) ? known : OutcomeState.Unknown, reader.GetInt64(6)),
            Carriers = JsonSerializer.Deserialize(reader.GetString(7), BookJson.Default.DictionaryStringInt64)!,
        };
    }

    private static void AddEntries(NpgsqlBatch batch, IEnumerable<BookEvent> events)
    {
        var rows = events.SelectMany(static e => e.Entries.Where(static entry => entry.IsChanged).Select(entry => (Event: e, Entry: entry))).ToList();
        if (rows.Count == 0)
            return;

        Add(
            batch, Upsert,
            rows.ConvertAll(static r => r.Event.IngestId).ToArray(),
            rows.ConvertAll(static r => r.Entry.Destination).ToArray(),
            rows.ConvertAll(static r => r.Event.IngestedAt.UtcDateTime).ToArray(),
            rows.ConvertAll(static r => r.Event.BrandId).ToArray(),
            rows.ConvertAll(static r => r.Event.IsCounted).ToArray(),
            rows.ConvertAll(static r => r.Entry.End is { } end ? Tally.Of(end.State) : r.Event.IsOpen(r.Entry) ? null : Forwarded).ToArray(),
            rows.ConvertAll(static r => r.Entry.End?.Revision ?? 0).ToArray(),
            rows.ConvertAll(static r => JsonSerializer.Serialize(r.Entry.Carriers, BookJson.Default.DictionaryStringInt64)).ToArray());
        batch.BatchCommands[^1].Parameters[^1].NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb;
    }

    private static void AddSums(NpgsqlBatch batch, SortedDictionary<(DateTimeOffset Minute, string BrandId), Tally> sums)
    {
        var rows = sums.Where(static sum => !sum.Value.IsZero).ToList();
        if (rows.Count == 0)
            return;

        Add(
            batch, Sums,
            [
                rows.ConvertAll(static r => r.Key.Minute.UtcDateTime).ToArray(),
                rows.ConvertAll(static r => r.Key.BrandId).ToArray(),
                .. Tally.Columns.Select(column => (object)rows.ConvertAll(r => r.Value[column]).ToArray()),
            ]);
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        batch.BatchCommands.Add(command);
    }
}
