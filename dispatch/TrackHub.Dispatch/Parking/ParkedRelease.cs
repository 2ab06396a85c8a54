using Npgsql;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Lanes;
using TrackHub.Dispatch.Recording;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Parking;

/// <summary>Copies what a resume took up from <c>parked</c> back to where it came from.</summary>
/// <remarks>
/// Rows say what is to be copied (retry, <c>resumed</c>) and what was (<c>resent</c>), the second only once the copies are durable. So a run that was
/// killed is done again from the start; of two copies of one event the registry lets the first claim.
/// </remarks>
internal sealed class ParkedRelease(NpgsqlDataSource postgres, RangeReader log, RecordCodec codec, RecordProducer producer)
{
    /// <summary>Reason of a row that is taken up and not copied yet.</summary>
    public const string Resumed = "resumed";

    private const int ChunkRecords = 1_000;

    // The copy was made after its row was written, by another clock.
    private static readonly TimeSpan ClockMargin = TimeSpan.FromHours(1);

    private const string Oldest = """
        select min(updated_at) from dedupe_registry where brand_id = $1 and pixel_id = $2 and state = 'retry' and reason = 'resumed' and waits
        """;

    /// <summary>What is taken up and not copied yet. $1 to $4: keys.</summary>
    internal const string Wanted = """
        select r.brand_id, r.pixel_id, r.event_name, r.event_id, r.ingest_id, r.attempt
        from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as q (brand_id, pixel_id, event_name, event_id)
        join dedupe_registry r on r.brand_id = q.brand_id and r.pixel_id = q.pixel_id and r.event_name = q.event_name and r.event_id = q.event_id
        where r.state = 'retry' and r.reason = 'resumed'
        """;

    /// <summary>Notes copies that are durable. $1 to $4: keys.</summary>
    internal const string Done = """
        update dedupe_registry r set reason = 'resent', updated_at = now()
        from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as q (brand_id, pixel_id, event_name, event_id)
        where r.brand_id = q.brand_id and r.pixel_id = q.pixel_id and r.event_name = q.event_name and r.event_id = q.event_id
          and r.state = 'retry' and r.reason = 'resumed'
        """;

    /// <summary>Copies everything taken up of a lane.</summary>
    /// <returns>Events copied.</returns>
    /// <exception cref="DependencyAwayException">The log does not answer; do it again.</exception>
    public async Task<int> RunAsync(LaneId lane, CancellationToken cancellationToken)
    {
        if (await OldestAsync(lane, cancellationToken) is not { } from)
            return 0;

        var copied = 0;
        var ranges = await log.FindAsync(Topics.Parked.Name, new(null, from - ClockMargin), to: null, cancellationToken);
        await foreach (var records in log.ReadAsync(Topics.Parked.Name, ranges, ChunkRecords, cancellationToken))
        {
            await codec.PrepareAsync(records, cancellationToken);
            var found = new Dictionary<EventKey, WaitingEvent>();
            foreach (var record in records)
            {
                if (codec.TryDecode<DispatchReady>(record, out var ready, out _) && ready.BrandId == lane.BrandId && ready.PixelId == lane.PixelId)
                    found.TryAdd(new(ready.BrandId, ready.PixelId, ready.EventName, ready.EventId), new(record, ready, arrivedAt: 0, CancellationToken.None));
            }

            if (found.Count > 0)
                copied += await CopyAsync(found, cancellationToken);
        }

        return copied;
    }

    private async Task<int> CopyAsync(Dictionary<EventKey, WaitingEvent> found, CancellationToken cancellationToken)
    {
        var copies = new List<(EventKey Key, OutgoingRecord Record)>();
        await using (var batch = KeyLookups.Over(postgres.CreateBatch(), Wanted, found.Keys))
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var key = new EventKey(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3));
                var e = found[key];
                if (Guid.TryParse(e.Ready.IngestId, out var ingestId) && ingestId == reader.GetGuid(4))
                    copies.Add((key, ResultRecords.Resent(e, reader.GetInt32(5))));
            }
        }

        if (copies.Count == 0)
            return 0;
        await producer.ProduceAllAsync(copies.ConvertAll(static copy => copy.Record), cancellationToken);
        await using var done = KeyLookups.Over(postgres.CreateBatch(), Done, copies.Select(static copy => copy.Key));
        await done.ExecuteNonQueryAsync(cancellationToken);
        return copies.Count;
    }

    private async Task<DateTimeOffset?> OldestAsync(LaneId lane, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand(Oldest);
        command.Parameters.Add(new() { Value = lane.BrandId });
        command.Parameters.Add(new() { Value = lane.PixelId });
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime at ? new DateTimeOffset(at) : null;
    }
}
