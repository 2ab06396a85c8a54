using Npgsql;

namespace TrackHub.Dispatch.Parking;

/// <summary>Operators' hand on lanes: what is parked and why, and to take it up again. Works on the database alone; the dispatcher carries it out.</summary>
public sealed class LaneDesk(NpgsqlDataSource postgres)
{
    private const string Select = """
        with parked as (
            select brand_id, pixel_id, count(*) as events, min(event_time) as oldest, array_agg(distinct reason) as reasons
            from dedupe_registry where state = 'parked' and waits group by brand_id, pixel_id
        )
        select brand_id, pixel_id,
            case when l.state is null then 'closed' when l.state = 'parked' then 'parked' when l.throttled_until > now() then 'throttled'
                 when l.state = 'closed' then 'closed' when l.open_until > now() then 'open' else 'half_open' end,
            coalesce(l.reason, ''), l.since,
            case when l.state <> 'parked' and greatest(l.open_until, l.throttled_until) > now() then greatest(l.open_until, l.throttled_until) end,
            coalesce(l.consecutive_failures, 0), l.last_success_at, coalesce(p.events, 0), coalesce(p.reasons, '{}'), p.oldest
        from dispatch_lanes l full join parked p using (brand_id, pixel_id)
        where $1::text is null or brand_id = $1
        order by brand_id, pixel_id
        """;

    // With $3 only while the lane is still parked for those credentials: of several dispatchers one resumes.
    private const string ResumeLane = """
        insert into dispatch_lanes as l (brand_id, pixel_id, state, open_until, reason, resumed_at, revision)
        select $1, $2, 'open', now(), 'resumed', clock_timestamp(), 1 where $3::text is null
            or exists (select from dispatch_lanes where brand_id = $1 and pixel_id = $2 and state = 'parked' and refused = $3)
        on conflict (brand_id, pixel_id) do update set
            state = 'open', open_until = now(), reason = 'resumed', refused = null, consecutive_failures = 0, throttled_until = null, throttles = 0,
            resumed_at = clock_timestamp(), revision = l.revision + 1, since = now(), updated_at = now()
        where $3::text is null or (l.state = 'parked' and l.refused = $3)
        """;

    // updated_at stays: it tells from where on the copy lies in the topic parked. An outcome nobody knew does not park the event again: somebody has decided.
    private const string ResumeRows = """
        update dedupe_registry set state = 'retry', reason = 'resumed', ladder_step = 0, fence = nextval('dispatch_fence'),
            unknown_since = case when $5 then null else unknown_since end
        where brand_id = $1 and pixel_id = $2 and state = 'parked' and waits and ($5 or reason <> all($3)) and event_time > now() - $4::interval
          and ($6::text is null or event_id = $6)
        """;

    private const string Audit = """
        insert into audit_log (actor, action, subject, detail) values ($1, 'lane.resume', $2, jsonb_strip_nulls(jsonb_build_object('brand', $3::text, 'events', $4::bigint, 'ambiguous', $5::boolean, 'event_id', $6::text)))
        """;

    /// <summary>Every lane that had a call or has parked events, of one brand or all.</summary>
    public async Task<IReadOnlyList<LaneView>> ListAsync(string? brandId, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand(Select);
        command.Parameters.Add(new() { Value = (object?)brandId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lanes = new List<LaneView>();
        while (await reader.ReadAsync(cancellationToken))
            lanes.Add(Read(reader));
        return lanes;
    }

    /// <summary>Takes a lane up again: its next call is a probe, and what was parked for the lane's sake is sent once the dispatcher has it in hand.</summary>
    /// <param name="brandId">Brand.</param>
    /// <param name="pixelId">Pixel.</param>
    /// <param name="how">Who does it, and what is taken up.</param>
    /// <param name="cancellationToken">Gives up; nothing is done then, or all of it.</param>
    /// <returns>Events taken up; null if the lane is not parked for those credentials any more.</returns>
    public async Task<long?> ResumeAsync(string brandId, string pixelId, LaneResumption how, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        Task<int> ExecuteAsync(string sql, params object?[] values)
        {
            var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var value in values)
                command.Parameters.Add(new() { Value = value ?? DBNull.Value });
            return command.ExecuteNonQueryAsync(cancellationToken);
        }

        if (await ExecuteAsync(ResumeLane, brandId, pixelId, how.Refused) == 0)
            return null;
        long events = await ExecuteAsync(ResumeRows, brandId, pixelId, ParkReason.OfTheEvent, RecordGates.MaxAge, how.EvenAmbiguous, how.EventId);
        await ExecuteAsync(Audit, how.Actor, pixelId, brandId, events, how.EvenAmbiguous ? true : null, how.EventId);
        await transaction.CommitAsync(cancellationToken);
        return events;
    }

    private static LaneView Read(NpgsqlDataReader row)
    {
        DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
        return new()
        {
            BrandId = row.GetString(0),
            PixelId = row.GetString(1),
            State = row.GetString(2),
            Reason = row.GetString(2) == "closed" ? "" : row.GetString(3),
            Since = Time(4),
            Until = Time(5),
            Failures = row.GetInt32(6),
            LastSuccessAt = Time(7),
            Parked = row.GetInt64(8),
            ParkedReasons = row.GetFieldValue<string[]>(9),
            FirstExpiresAt = Time(10) is { } oldest ? oldest + RecordGates.MaxAge : null,
        };
    }
}
