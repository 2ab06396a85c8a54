using Npgsql;
using TrackHub.Platform.Identity;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Matching.Windows;

/// <summary>A click as it was kept, opened.</summary>
/// <param name="Event">The event; one that comes from the table <c>clicks</c> has no traits.</param>
/// <param name="UserData">Its user data; null where it had none or it cannot be opened any more.</param>
internal sealed record KnownClick(TrackedEvent Event, UserData? UserData);

/// <summary>Fetches whole clicks by their ingest_id: from the windows, and what has left them from the ledger's table <c>clicks</c>.</summary>
internal sealed class KnownClicks(WindowStore windows, ClickRecordCodec records, NpgsqlDataSource postgres)
{
    /// <summary>Clicks by id, time and brand, $1 to $3. The time inside the id names the month's partition.</summary>
    internal const string SelectFromTable = """
        select c.ingest_id, c.brand_id, c.kind, c.event_id, c.event_time, c.received_at, c.session_id, c.click_id, c.url, c.consent_ads,
               c.email_hash, c.phone_hash, c.user_data_key, c.user_data
        from clicks c join unnest($1::uuid[], $2::timestamptz[], $3::text[]) as q (i, t, b)
            on c.ingest_id = q.i and c.ingested_at = q.t and c.brand_id = q.b
        """;

    /// <summary>The clicks that are still known.</summary>
    public async Task<IReadOnlyDictionary<Guid, KnownClick>> LoadAsync(IReadOnlyList<(Brand Brand, Guid IngestId)> clicks, CancellationToken cancellationToken)
    {
        var wanted = clicks.DistinctBy(static c => c.IngestId).ToList();
        var known = new Dictionary<Guid, KnownClick>(wanted.Count);
        var values = await windows.ReadRecordsAsync(wanted.ConvertAll(static c => WindowKeys.Record(c.Brand.Id, c.IngestId)), cancellationToken);
        await records.PrepareAsync(values.Where(static v => v is not null)!, cancellationToken);
        var missing = new List<(Brand Brand, Guid IngestId)>();
        for (var i = 0; i < wanted.Count; i++)
        {
            if (values[i] is { } value && records.TryDecode(value, out var tracked))
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
            var ingestId = reader.GetGuid(0);
            var box = reader.IsDBNull(12) || reader.IsDBNull(13)
                ? null
                : new SealedBox { KeyId = reader.GetString(12), Box = reader.GetFieldValue<byte[]>(13) };
            var tracked = new TrackedEvent
            {
                IngestId = ingestId.ToString(),
                BrandId = reader.GetString(1),
                Kind = EventKindSymbols.TryParse(reader.GetString(2), out var kind) ? kind : EventKind.Unknown,
                EventId = reader.GetString(3),
                EventTime = reader.GetFieldValue<DateTimeOffset>(4),
                ReceivedAt = reader.GetFieldValue<DateTimeOffset>(5),
                SessionId = reader.IsDBNull(6) ? null : reader.GetString(6),
                ClickId = reader.IsDBNull(7) ? null : reader.GetString(7),
                Url = reader.IsDBNull(8) ? null : reader.GetString(8),
                ConsentAds = reader.IsDBNull(9) ? null : reader.GetBoolean(9),
                Keys = new()
                {
                    Email = reader.IsDBNull(10) ? null : reader.GetFieldValue<byte[]>(10),
                    Phone = reader.IsDBNull(11) ? null : reader.GetFieldValue<byte[]>(11),
                },
                Traits = new(),
                UserData = box,
            };
            var brand = missing.Find(m => m.IngestId == ingestId).Brand;
            known[ingestId] = new(tracked, records.Open(brand, box));
        }
    }
}
