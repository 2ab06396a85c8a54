using Npgsql;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>A click as it was kept, opened.</summary>
/// <param name="Event">The event; from the windows or the table <c>clicks</c>.</param>
/// <param name="UserData">Its user data; null where it had none or it cannot be opened any more.</param>
internal sealed record KnownClick(TrackedEvent Event, UserData? UserData);

/// <summary>Fetches whole clicks by their ingest_id: from the windows, and what has left them from the ledger's table <c>clicks</c>.</summary>
internal sealed class KnownClicks(WindowStore windows, ClickRecordCodec records, NpgsqlDataSource postgres)
{
    /// <summary>Clicks by id, time and brand, $1 to $3. The time inside the id names the month's partition.</summary>
    internal const string SelectFromTable = $"""
        select {ClickTable.Columns}
        from clicks c join unnest($1::uuid[], $2::timestamptz[], $3::text[]) as q (i, t, b)
            on c.ingest_id = q.i and c.ingested_at = q.t and c.brand_id = q.b
        """;

    /// <summary>The clicks that are still known.</summary>
    public async Task<IReadOnlyDictionary<Guid, KnownClick>> LoadAsync(IReadOnlyList<(Brand Brand, Guid IngestId)> clicks, CancellationToken cancellationToken)
    {
        var wanted = clicks.DistinctBy(static c => c.IngestId).ToList();
        var known = new Dictionary<Guid, KnownClick>(wanted.Count);
        var values = await windows.ReadRecordsAsync(wanted.ConvertAll(static c => WindowKeys.Record(c.Brand.Id, c.IngestId)), cancellationToken);
        var missing = new List<(Brand Brand, Guid IngestId)>();
        for (var i = 0; i < wanted.Count; i++)
        {
            if (values[i] is { } value && ClickRecordCodec.TryDecode(wanted[i].Brand, wanted[i].IngestId, value, out var tracked))
                known[wanted[i].IngestId] = new(tracked, records.Open(wanted[i].Brand, tracked.UserData));
            else
                missing.Add(wanted[i]);
        }

        await LoadFromTableAsync(missing, known, cancellationToken);
        return known;
    }

    private async Task LoadFromTableAsync(
        List<(Brand Brand, Guid IngestId)> missing, Dictionary<Guid, KnownClick> known, CancellationToken cancellationToken)
    {
        if (missing.Count == 0)
            return;

        await using var command = postgres.CreateCommand(SelectFromTable);
        command.Parameters.Add(new() { Value = missing.ConvertAll(static m => m.IngestId).ToArray() });
        command.Parameters.Add(new() { Value = missing.ConvertAll(static m => EventIds.TimeOf(m.IngestId.ToString()).UtcDateTime).ToArray() });
        command.Parameters.Add(new() { Value = missing.ConvertAll(static m => m.Brand.Id).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (ingestId, tracked) = (reader.GetGuid(0), ClickTable.Read(reader));
            var brand = missing.Find(m => m.IngestId == ingestId).Brand;
            known[ingestId] = new(tracked, records.Open(brand, tracked.UserData));
        }
    }
}
