using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Lanes;
using TrackHub.Dispatch.Verdicts;
using TrackHub.Platform.Rows;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Recording;

/// <summary>Writes what became of a call: rows, audit and the lane's last success, in one transaction and only where our fence still stands.</summary>
/// <remarks>The results of several lanes that are known at the same time are one transaction, as their claims were.</remarks>
internal sealed class RegistryResults
{
    /// <summary>Writes rows. $1 to $12: keys, fences and what they become.</summary>
    /// <remarks>
    /// An exhausted event of a lane where nothing succeeded since is not at fault: it is held and starts a new ladder. Written twice, for a lost
    /// commit answer, it finds its own state and says the same.
    /// </remarks>
    internal const string WriteRows = """
        with q as (
            select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::int[], $9::int[], $10::boolean[],
                $11::boolean[], $12::timestamptz[])
                as q (brand_id, pixel_id, event_name, event_id, fence, state, reason, attempt, ladder_step, is_unknown, is_exhausted, ladder_began)
        ),
        decided as (
            select q.*, q.is_exhausted and not exists (
                select 1 from dispatch_lanes l
                where l.brand_id = q.brand_id and l.pixel_id = q.pixel_id and l.last_success_at >= q.ladder_began) as is_outage
            from q
        )
        update dedupe_registry r set
            state = case when d.is_outage then 'held' else d.state end,
            reason = case when d.is_outage then 'lane_away' else d.reason end,
            attempt = d.attempt,
            ladder_step = case when d.is_outage then 0 else d.ladder_step end,
            lease_until = null,
            unknown_since = case when d.is_unknown then coalesce(r.unknown_since, r.updated_at) else r.unknown_since end,
            updated_at = now()
        from decided d
        where r.brand_id = d.brand_id and r.pixel_id = d.pixel_id and r.event_name = d.event_name and r.event_id = d.event_id and r.fence = d.fence
          and r.state in ('claimed', d.state, 'held')
        returning r.brand_id, r.pixel_id, r.event_name, r.event_id, r.state, r.reason, r.attempt, r.ladder_step, r.updated_at, r.revision
        """;

    /// <summary>Writes the audit's second half. $1 to $8: keys, fences, starts, outcomes and reasons; $9 to $15: the call of each.</summary>
    internal const string WriteAttempts = """
        update dispatch_attempts a set finished_at = now(), outcome = q.outcome, reason = q.reason, latency_ms = q.latency_ms, http_status = q.http_status,
            code = q.code, subcode = q.subcode, trace_id = q.trace_id, batch_size = q.batch_size, body_hash = q.body_hash
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[], $8::text[],
                $9::bigint[], $10::int[], $11::int[], $12::int[], $13::text[], $14::int[], $15::bytea[])
            as q (brand_id, pixel_id, event_name, event_id, fence, started_at, outcome, reason,
                latency_ms, http_status, code, subcode, trace_id, batch_size, body_hash)
        where a.brand_id = q.brand_id and a.pixel_id = q.pixel_id and a.event_name = q.event_name and a.event_id = q.event_id
          and a.fence = q.fence and a.started_at = q.started_at
        """;

    // To the second, so that a busy lane does not write one row with every call.
    private const string WriteSuccess = """
        insert into dispatch_lanes as l (brand_id, pixel_id, last_success_at) values ($1, $2, now())
        on conflict (brand_id, pixel_id) do update set last_success_at = now(), updated_at = now()
        where l.last_success_at is null or l.last_success_at < now() - interval '1 second'
        """;

    private static readonly TimeSpan SuccessInterval = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _postgres;
    private readonly TimeProvider _clock;
    private readonly Gathering<CallResults, IReadOnlyDictionary<EventKey, RegistryRow>> _gathering;
    private readonly ConcurrentDictionary<LaneId, long> _successAt = new();

    /// <summary>Writes into a database.</summary>
    /// <param name="postgres">The database, as the writer.</param>
    /// <param name="clock">Measures.</param>
    public RegistryResults(NpgsqlDataSource postgres, TimeProvider clock)
    {
        (_postgres, _clock) = (postgres, clock);
        _gathering = new(WriteAsync, static call => call.Results.Count, static (_, _) => true);
    }

    /// <summary>Writes the results of one call.</summary>
    /// <param name="results">From 1.</param>
    /// <param name="call">The call.</param>
    /// <param name="lane">Where their lane stands, if it changed.</param>
    /// <param name="cancellationToken">Gives up; whether they are written is then unknown.</param>
    /// <returns>The rows as they stand, by key, among others. A result that is missing was not ours to write any more: another claimed the event since.</returns>
    public Task<IReadOnlyDictionary<EventKey, RegistryRow>> WriteAsync(
        IReadOnlyList<EventResult> results, CallRecord call, (LaneId Id, LaneState State)? lane, CancellationToken cancellationToken) =>
        _gathering.JoinAsync(new(results, call, lane), cancellationToken);

    private async Task<IReadOnlyList<IReadOnlyDictionary<EventKey, RegistryRow>>> WriteAsync(IReadOnlyList<CallResults> calls, CancellationToken cancellationToken)
    {
        var results = calls.SelectMany(static call => call.Results.Select(result => (Result: result, Call: call))).ToList();
        var settled = results.Select(static r => r.Result).Where(static result => result.State != RegistryState.Claimed).ToList();
        await using var connection = await _postgres.OpenConnectionAsync(cancellationToken);

        // One batch is one transaction, and one round trip: begun and ended by itself.
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { KeyLookups.Command(), Attempts(results) } };
        var succeeded = AddLanes(batch, calls);
        if (settled.Count > 0)
            batch.BatchCommands.Add(Rows(settled));

        await batch.PrepareIfSmallAsync(results.Count, cancellationToken);

        var rows = new Dictionary<EventKey, RegistryRow>(settled.Count);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            var claims = settled.ToDictionary(static result => result.Claim.Event.Key, static result => result.Claim.Row);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var key = new EventKey(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3));
                rows[key] = claims[key] with
                {
                    State = reader.GetString(4),
                    Reason = reader.GetString(5),
                    Attempt = reader.GetInt32(6),
                    LadderStep = reader.GetInt32(7),
                    UpdatedAt = reader.GetFieldValue<DateTimeOffset>(8),
                    Revision = reader.GetInt64(9),
                };
            }

            // To the end: only behind its last result the batch is committed.
            while (await reader.NextResultAsync(cancellationToken))
            {
            }
        }

        foreach (var lane in succeeded)
            _successAt[lane] = _clock.GetTimestamp();
        return [.. calls.Select(_ => rows)];
    }

    /// <summary>Adds what changed of lanes, each lane's row in the order of their ids, so that two transactions cannot block each other.</summary>
    /// <returns>Lanes whose success is written.</returns>
    private List<LaneId> AddLanes(NpgsqlBatch batch, IReadOnlyList<CallResults> calls)
    {
        var succeeded = calls
            .Select(static call => call.Results.FirstOrDefault(static result => result.Ruling.Verdict is Verdict.Delivered)?.Claim.Event.Ready)
            .OfType<DispatchReady>()
            .Select(static ready => new LaneId(ready.BrandId, ready.PixelId))
            .Where(lane => !_successAt.TryGetValue(lane, out var at) || _clock.GetElapsedTime(at) >= SuccessInterval)
            .Distinct()
            .ToList();
        var commands = calls
            .Select(static call => call.Lane).OfType<(LaneId Id, LaneState State)>().Select(static lane => (lane.Id, Command: LaneStore.Write(lane.Id, lane.State)))
            .Concat(succeeded.Select(static lane => (Id: lane, Command: Success(lane))));
        foreach (var (_, command) in commands.OrderBy(static c => c.Id.BrandId, StringComparer.Ordinal).ThenBy(static c => c.Id.PixelId, StringComparer.Ordinal))
            batch.BatchCommands.Add(command);
        return succeeded;
    }

    private static NpgsqlBatchCommand Rows(List<EventResult> results)
    {
        var command = new NpgsqlBatchCommand(WriteRows);
        command.AddKeys(results.Select(static r => r.Claim.Event.Key));
        Add(command, results.ConvertAll(static r => r.Claim.Row.Fence), NpgsqlDbType.Bigint);
        Add(command, results.ConvertAll(static r => r.State), NpgsqlDbType.Text);
        Add(command, results.ConvertAll(static r => r.IsExhausted ? EventResult.Exhausted : r.Ruling.Reason), NpgsqlDbType.Text);
        Add(command, results.ConvertAll(static r => r.Attempt), NpgsqlDbType.Integer);
        Add(command, results.ConvertAll(static r => r.LadderStep), NpgsqlDbType.Integer);
        Add(command, results.ConvertAll(static r => !r.Ruling.OutcomeKnown), NpgsqlDbType.Boolean);
        Add(command, results.ConvertAll(static r => r.IsExhausted), NpgsqlDbType.Boolean);
        Add(command, results.ConvertAll(static r => r.LadderBegan.UtcDateTime), NpgsqlDbType.TimestampTz);
        return command;
    }

    private static NpgsqlBatchCommand Attempts(List<(EventResult Result, CallResults Call)> list)
    {
        var command = new NpgsqlBatchCommand(WriteAttempts);
        command.AddKeys(list.Select(static r => r.Result.Claim.Event.Key));
        Add(command, list.ConvertAll(static r => r.Result.Claim.Row.Fence), NpgsqlDbType.Bigint);
        Add(command, list.ConvertAll(static r => r.Result.Claim.Row.UpdatedAt.UtcDateTime), NpgsqlDbType.TimestampTz);
        Add(command, list.ConvertAll(static r => r.Result.Ruling.Outcome.ToSymbol()), NpgsqlDbType.Text);
        Add(command, list.ConvertAll(static r => r.Result.Ruling.Reason), NpgsqlDbType.Text);
        Add(command, list.ConvertAll(static r => (long?)r.Call.Record.Answer?.Latency.TotalMilliseconds), NpgsqlDbType.Bigint);
        Add(command, list.ConvertAll(static r => r.Call.Record.Answer?.HttpStatus), NpgsqlDbType.Integer);
        Add(command, list.ConvertAll(static r => r.Call.Record.Answer?.Code), NpgsqlDbType.Integer);
        Add(command, list.ConvertAll(static r => r.Call.Record.Answer?.Subcode), NpgsqlDbType.Integer);
        Add(command, list.ConvertAll(static r => r.Call.Record.Answer?.TraceId), NpgsqlDbType.Text);
        Add(command, list.ConvertAll(static r => r.Call.Results.Count), NpgsqlDbType.Integer);
        Add(command, list.ConvertAll(static r => r.Call.Record.BodyHash), NpgsqlDbType.Bytea);
        return command;
    }

    private static NpgsqlBatchCommand Success(LaneId lane) =>
        new(WriteSuccess) { Parameters = { new() { Value = lane.BrandId }, new() { Value = lane.PixelId } } };

    private static void Add<T>(NpgsqlBatchCommand command, List<T> column, NpgsqlDbType type) =>
        command.Parameters.Add(new() { Value = column.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });

    /// <summary>A call and what came of it.</summary>
    private sealed record CallResults(IReadOnlyList<EventResult> Results, CallRecord Record, (LaneId Id, LaneState State)? Lane);
}
