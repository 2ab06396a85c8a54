using Npgsql;
using NpgsqlTypes;
using TrackHub.Platform.Replaying;

namespace TrackHub.Dispatch.Redriving;

/// <summary>A dead letter as its tables tell it.</summary>
public sealed record LetterRow
{
    /// <summary>Its id: receipt of the record that died, or <c>ingress/</c> and an ingest id.</summary>
    public required string Id { get; init; }

    /// <summary>When it was given up.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who gave it up: ingress, matcher, dispatcher or ledger.</summary>
    public required string Role { get; init; }

    /// <summary>Why, in one word.</summary>
    public required string Reason { get; init; }

    /// <summary>Why, for people.</summary>
    public required string Detail { get; init; }

    /// <summary>Brand; null where it is not known.</summary>
    public required string? BrandId { get; init; }

    /// <summary>Pixel of what was on its way to Meta.</summary>
    public required string? PixelId { get; init; }

    /// <summary>Deduplication id.</summary>
    public required string? EventId { get; init; }

    /// <summary>Ingest id.</summary>
    public required Guid? IngestId { get; init; }

    /// <summary>Gateway of a webhook.</summary>
    public required string? Gateway { get; init; }

    /// <summary>Partition of <c>dead-letters</c> in which the sealed original lies.</summary>
    public required int Partition { get; init; }

    /// <summary>Its offset there.</summary>
    public required long Offset { get; init; }

    /// <summary>When it was put back; null if it was not, or not to the end.</summary>
    public required DateTimeOffset? RedrivenAt { get; init; }
}

/// <summary>Finds dead letters and notes which were put back.</summary>
public sealed class LetterTable(NpgsqlDataSource postgres)
{
    private const string Select = """
        select d.dead_letter_id, d.at, d.stage, d.reason, d.detail, d.brand_id, d.pixel_id, d.event_id, d.ingest_id, d.gateway, d.partition, d."offset", r.done_at
        from dead_letters d left join dead_letter_redrives r using (dead_letter_id)
        where ($1::text[] is null or d.dead_letter_id = any($1)) and ($2::text is null or d.brand_id = $2) and ($3::text is null or d.pixel_id = $3)
          and ($4::text is null or d.stage = $4) and ($5::text is null or d.reason = $5) and ($6::text is null or d.event_id = $6)
          and ($7::timestamptz is null or d.at >= $7) and ($8::timestamptz is null or d.at <= $8)
        order by d.at, d.dead_letter_id
        """;

    private const string Begin = """
        insert into dead_letter_redrives as r (dead_letter_id, brand_id, actor) select id, nullif(brand, ''), $3 from unnest($1::text[], $2::text[]) as q (id, brand)
        on conflict (dead_letter_id) do update set actor = excluded.actor, at = now() where r.done_at is null
        """;

    private const string Done = "update dead_letter_redrives set done_at = now(), result = $2 where dead_letter_id = any($1)";

    private const string Drop = "delete from dead_letter_redrives where dead_letter_id = any($1) and done_at is null";

    /// <summary>Letters, oldest first.</summary>
    public async Task<IReadOnlyList<LetterRow>> FindAsync(LetterFilter filter, CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand(Select);
        void Add(object? value, NpgsqlDbType type) => command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
        Add(filter.Ids, NpgsqlDbType.Array | NpgsqlDbType.Text);
        foreach (var text in new[] { filter.BrandId, filter.PixelId, filter.Role, filter.Reason, filter.EventId })
            Add(text, NpgsqlDbType.Text);
        Add(filter.From?.UtcDateTime, NpgsqlDbType.TimestampTz);
        Add(filter.To?.UtcDateTime, NpgsqlDbType.TimestampTz);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<LetterRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Read(reader));
        return rows;
    }

    /// <summary>Keeps everybody else from putting letters back until it is disposed, or this process is gone.</summary>
    /// <returns>Null: somebody is at it.</returns>
    public async Task<IAsyncDisposable?> TryLockAsync(CancellationToken cancellationToken)
    {
        // Of the session, not of a transaction: a long one would keep the database from cleaning up.
        var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtext('trackhub redrive'))", connection);
        if (await command.ExecuteScalarAsync(cancellationToken) is true) return connection;

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Notes that these are about to be put back.</summary>
    public Task BeginAsync(IReadOnlyCollection<LetterRow> letters, string actor, CancellationToken cancellationToken) =>
        ExecuteAsync(Begin, cancellationToken, letters.Select(static l => l.Id).ToArray(), letters.Select(static l => l.BrandId ?? "").ToArray(), actor);

    /// <summary>Notes that their copies are in the log, or that nothing is left to do.</summary>
    public Task DoneAsync(IEnumerable<LetterRow> letters, string result, CancellationToken cancellationToken) =>
        ExecuteAsync(Done, cancellationToken, letters.Select(static l => l.Id).ToArray(), result);

    /// <summary>Takes back that these are about to be: they stay as they are.</summary>
    public Task DropAsync(IEnumerable<LetterRow> letters, CancellationToken cancellationToken) =>
        ExecuteAsync(Drop, cancellationToken, [letters.Select(static l => l.Id).ToArray()]);

    private static LetterRow Read(NpgsqlDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        return new()
        {
            Id = row.GetString(0),
            At = row.GetFieldValue<DateTimeOffset>(1),
            Role = row.GetString(2),
            Reason = row.GetString(3),
            Detail = row.GetString(4),
            BrandId = Text(5),
            PixelId = Text(6),
            EventId = Text(7),
            IngestId = row.IsDBNull(8) ? null : row.GetGuid(8),
            Gateway = Text(9),
            Partition = row.GetInt32(10),
            Offset = row.GetInt64(11),
            RedrivenAt = row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12),
        };
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params IReadOnlyList<object> values)
    {
        await using var command = postgres.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
