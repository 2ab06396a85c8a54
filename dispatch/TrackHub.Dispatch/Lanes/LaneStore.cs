using Npgsql;
using NpgsqlTypes;

namespace TrackHub.Dispatch.Lanes;

/// <summary>Lanes in <c>dispatch_lanes</c>, so that a restart finds them as they were.</summary>
internal sealed class LaneStore(NpgsqlDataSource postgres)
{
    private const string Select = """
        select brand_id, pixel_id, state, consecutive_failures, open_until, throttled_until, throttles, reason, refused, resumed_at, revision from dispatch_lanes
        """;

    private const string Upsert = """
        insert into dispatch_lanes as l
            (brand_id, pixel_id, state, consecutive_failures, open_until, throttled_until, throttles, reason, refused, revision)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (brand_id, pixel_id) do update set
            state = excluded.state, consecutive_failures = excluded.consecutive_failures, open_until = excluded.open_until,
            throttled_until = excluded.throttled_until, throttles = excluded.throttles, reason = excluded.reason, refused = excluded.refused,
            revision = excluded.revision, updated_at = now(), since = case when l.state = excluded.state then l.since else now() end
        where l.revision < excluded.revision
        """;

    /// <summary>Every lane that ever had a call.</summary>
    public async Task<IReadOnlyList<(LaneId Id, LaneState State)>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand(Select);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lanes = new List<(LaneId, LaneState)>();
        while (await reader.ReadAsync(cancellationToken))
            lanes.Add((new(reader.GetString(0), reader.GetString(1)), StateOf(reader)));
        return lanes;
    }

    /// <summary>The statement that writes a lane, unless a later state of it is written already.</summary>
    public static NpgsqlBatchCommand Write(LaneId id, LaneState state)
    {
        // The probe of a half-open breaker dies with its process: the next one makes its own.
        var isWaiting = state.Phase is BreakerPhase.HalfOpen;
        var command = new NpgsqlBatchCommand(Upsert);
        void Add(object? value, NpgsqlDbType type) => command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        Add(id.BrandId, NpgsqlDbType.Text);
        Add(id.PixelId, NpgsqlDbType.Text);
        Add(Name(isWaiting ? BreakerPhase.Open : state.Phase), NpgsqlDbType.Text);
        Add(state.Failures, NpgsqlDbType.Integer);
        Add(state.OpenUntil?.UtcDateTime, NpgsqlDbType.TimestampTz);
        Add(state.ThrottledUntil?.UtcDateTime, NpgsqlDbType.TimestampTz);
        Add(state.Throttles, NpgsqlDbType.Integer);
        Add(state.Reason, NpgsqlDbType.Text);
        Add(state.Refused, NpgsqlDbType.Text);
        Add(state.Revision, NpgsqlDbType.Bigint);
        return command;
    }

    private static LaneState StateOf(NpgsqlDataReader row)
    {
        var phase = row.GetString(2) switch { "parked" => BreakerPhase.Parked, "closed" => BreakerPhase.Closed, _ => BreakerPhase.Open };
        DateTimeOffset? Time(int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
        return new()
        {
            Phase = phase,
            Failures = row.GetInt32(3),
            OpenUntil = phase is BreakerPhase.Open ? Time(4) ?? DateTimeOffset.MinValue : null,
            ThrottledUntil = Time(5),
            Throttles = row.GetInt32(6),
            Reason = row.GetString(7),
            Refused = row.IsDBNull(8) ? null : row.GetString(8),
            ResumedAt = Time(9),
            Revision = row.GetInt64(10),
        };
    }

    private static string Name(BreakerPhase phase) => phase switch
    {
        BreakerPhase.Closed => "closed",
        BreakerPhase.Parked => "parked",
        _ => "open",
    };
}
