using Npgsql;
using NpgsqlTypes;
using TrackHub.Dispatch.Claiming;

namespace TrackHub.Dispatch.Replaying;

/// <summary>Gives ended events another ladder: rows first, in one transaction, then copies; whoever stops between the two finds the rows by their reason.</summary>
internal static class TakeUp
{
    /// <summary>Reason of rows that a replay or a redrive took up, until their copy is claimed.</summary>
    public const string Reason = "replayed";

    // A higher revision, so that its new end replaces the old one.
    private const string Rows = """
        update dedupe_registry r set state = 'retry', reason = $6, ladder_step = 0, fence = nextval('dispatch_fence'), lease_until = null,
            revision = r.revision + 1, updated_at = now()
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[]) as q (brand_id, pixel_id, event_name, event_id, ingest_id)
        where r.brand_id = q.brand_id and r.pixel_id = q.pixel_id and r.event_name = q.event_name and r.event_id = q.event_id
          and r.ingest_id = q.ingest_id and r.state in ('dead', 'blocked_consent', 'suppressed')
        returning r.brand_id, r.pixel_id, r.event_name, r.event_id, r.attempt
        """;

    /// <summary>Takes events up whose rows say that they ended without Meta.</summary>
    /// <returns>Those that were, with the attempts made so far; the others' rows changed meanwhile.</returns>
    public static async Task<IReadOnlyDictionary<EventKey, int>> RowsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<WaitingEvent> events, CancellationToken cancellationToken)
    {
        var taken = new Dictionary<EventKey, int>();
        if (events.Count == 0)
            return taken;

        await using var batch = KeyLookups.Over(new(connection, transaction), Rows, events.Select(static e => e.Key));
        var command = batch.BatchCommands[^1];
        command.Parameters.Add(new() { Value = events.Select(static e => Guid.Parse(e.Ready.IngestId)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = Reason });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            taken[new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3))] = reader.GetInt32(4);
        return taken;
    }

    /// <summary>Of events that were taken up before, those whose copy nobody has claimed yet, and the attempts made so far. An event without a row is one.</summary>
    public static async Task<IReadOnlyDictionary<EventKey, int>> UnclaimedAsync(
        NpgsqlDataSource postgres, IReadOnlyList<WaitingEvent> events, CancellationToken cancellationToken)
    {
        var unclaimed = events.DistinctBy(static e => e.Key).ToDictionary(static e => e.Key, static e => e.Ready.Attempt);
        await using var batch = KeyLookups.Over(postgres.CreateBatch(), ClaimSql.Rows, events.Select(static e => e.Key));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (key, row) = (events[(int)reader.GetInt64(0) - 1].Key, RegistryClaims.RowOf(reader));
            if (row is { State: RegistryState.Retry, Reason: Reason })
                unclaimed[key] = row.Attempt;
            else
                unclaimed.Remove(key);
        }

        return unclaimed;
    }
}
