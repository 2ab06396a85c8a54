using Npgsql;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Recording;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Parking;

/// <summary>Ends what stayed parked until Meta would not take it any more.</summary>
/// <remarks>
/// The outcome before the row: killed between the two, it is produced again. Nothing else can come of the event meanwhile, for whoever takes it up
/// finds it too old.
/// </remarks>
internal sealed class ParkedSweep(NpgsqlDataSource postgres, RecordProducer producer, DispatchMetrics metrics, TimeProvider clock)
{
    private const int Batch = 1_000;

    // What was taken up and whose copy never came is ended with it.
    private const string Due = """
        select brand_id, pixel_id, event_name, event_id, ingest_id, reason, revision, fence from dedupe_registry
        where (state = 'parked' or (state = 'retry' and reason in ('resumed', 'replayed'))) and waits and event_time <= $1
        limit $2
        """;

    /// <summary>Ends rows. $1 to $6: keys, fences, reasons.</summary>
    internal const string End = """
        update dedupe_registry r set state = 'expired', reason = q.reason, updated_at = now()
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[]) as q (brand_id, pixel_id, event_name, event_id, fence, reason)
        where r.brand_id = q.brand_id and r.pixel_id = q.pixel_id and r.event_name = q.event_name and r.event_id = q.event_id and r.fence = q.fence
          and r.state in ('parked', 'retry')
        """;

    /// <summary>Ends everything that is due.</summary>
    /// <returns>Events ended.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var ended = 0;
        while (await DueAsync(cancellationToken) is { Count: > 0 } due)
        {
            var now = clock.GetUtcNow();
            await producer.ProduceAllAsync(due.ConvertAll(e => ResultRecords.Expired(e.Key, e.IngestId, e.Reason, e.Revision, now)), cancellationToken);
            await EndAsync(due, cancellationToken);
            foreach (var e in due)
                metrics.Left(new(e.Key.BrandId, e.Key.PixelId), RegistryState.Expired, e.Reason);
            ended += due.Count;
        }

        return ended;
    }

    private async Task<List<(EventKey Key, Guid IngestId, string Reason, long Revision, long Fence)>> DueAsync(CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand(Due);
        command.Parameters.Add(new() { Value = (clock.GetUtcNow() - RecordGates.MaxAge).UtcDateTime });
        command.Parameters.Add(new() { Value = Batch });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var due = new List<(EventKey, Guid, string, long, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = new EventKey(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3));
            due.Add((key, reader.GetGuid(4), "parked_" + reader.GetString(5), reader.GetInt64(6), reader.GetInt64(7)));
        }

        return due;
    }

    private async Task EndAsync(List<(EventKey Key, Guid IngestId, string Reason, long Revision, long Fence)> due, CancellationToken cancellationToken)
    {
        await using var batch = KeyLookups.Over(postgres.CreateBatch(), End, due.Select(static e => e.Key));
        batch.BatchCommands[^1].Parameters.Add(new() { Value = due.ConvertAll(static e => e.Fence).ToArray() });
        batch.BatchCommands[^1].Parameters.Add(new() { Value = due.ConvertAll(static e => e.Reason).ToArray() });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
