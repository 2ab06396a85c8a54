using Npgsql;

namespace TrackHub.Cli.Demo.Check;

/// <summary>Reads the books: what the ledger says became of events.</summary>
internal sealed class BooksReader(NpgsqlDataSource postgres)
{
    /// <summary>Ends by ingest id; of each destination the one with the highest revision.</summary>
    /// <param name="ingestIds">Events.</param>
    /// <param name="since">Their oldest ingest time: bounds the partitions that are searched.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<SeenEnd>>> EndsAsync(
        IReadOnlyList<string> ingestIds, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand("""
            select distinct on (ingest_id, destination) ingest_id, destination, state, reason
            from event_outcomes where ingest_id = any($1) and ingested_at >= $2
            order by ingest_id, destination, revision desc
            """);
        command.Parameters.Add(new() { Value = Uuids(ingestIds) });
        command.Parameters.Add(new() { Value = since.UtcDateTime });
        var ends = new Dictionary<string, List<SeenEnd>>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0).ToString("D");
            if (!ends.TryGetValue(id, out var known))
                ends[id] = known = [];
            known.Add(new(reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        }

        return ends.ToDictionary(static pair => pair.Key, static pair => (IReadOnlyList<SeenEnd>)pair.Value);
    }

    /// <summary>Which of these ingest ids stand among the dead letters.</summary>
    public async Task<IReadOnlySet<string>> DeadLettersAsync(IReadOnlyList<string> ingestIds, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand("select distinct ingest_id::text from dead_letters where ingest_id = any($1)");
        command.Parameters.Add(new() { Value = Uuids(ingestIds) });
        return await TextsAsync(command, cancellationToken);
    }

    /// <summary>Which of these event ids the books know.</summary>
    public async Task<IReadOnlySet<string>> KnownEventsAsync(IReadOnlyList<string> eventIds, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand("select distinct event_id from events where event_id = any($1)");
        command.Parameters.Add(new() { Value = eventIds.ToArray() });
        return await TextsAsync(command, cancellationToken);
    }

    private static Guid[] Uuids(IEnumerable<string> texts) => [.. texts.Where(static text => Guid.TryParse(text, out _)).Select(Guid.Parse)];

    private static async Task<IReadOnlySet<string>> TextsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var texts = new HashSet<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            texts.Add(reader.GetString(0));
        return texts;
    }
}
