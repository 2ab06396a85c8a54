using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using TrackHub.Dispatch.Recording;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Replaying;

/// <summary>A replay this process carries out.</summary>
/// <param name="View">As it was taken over.</param>
/// <param name="Fence">Our claim of it.</param>
/// <param name="Sending">Records whose copies may not be in the log yet.</param>
internal sealed record ReplayJob(ReplayView View, long Fence, IReadOnlyList<RecordCoordinates> Sending)
{
    /// <summary>Records by verdict, up to the checkpoint.</summary>
    public Dictionary<string, long> Counts { get; } = new(View.Counts, StringComparer.Ordinal);

    /// <summary>Next offset of each partition.</summary>
    public Dictionary<int, long> Next { get; } = View.Parts.ToDictionary(static part => part.Partition, static part => part.Next);

    /// <summary>What is left to read.</summary>
    public IReadOnlyList<LogRange> Left => [.. View.Parts.Where(part => Next[part.Partition] < part.End).Select(part => new LogRange(part.Partition, Next[part.Partition], part.End))];
}

/// <summary>Where replays stand: one lease each by the database's clock, every write under its fence.</summary>
internal sealed class ReplayJournal(NpgsqlDataSource postgres)
{
    /// <summary>How long a replay is ours without a checkpoint. After a crash another goes on once it is over.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    private const string Claim = $$"""
        update replays r set fence = r.fence + 1, lease_until = clock_timestamp() + $1
        where replay_id = (
            select replay_id from replays
            where (state = 'running' or sending <> '{}') and (lease_until is null or lease_until <= clock_timestamp())
            order by created_at limit 1 for update skip locked)
        returning {{ReplayTable.Columns}}, fence, sending
        """;

    private const string Checkpoint = """
        update replays set next_offsets = $3, counts = $4::jsonb, sending = $5, lease_until = clock_timestamp() + $6, updated_at = now()
        where replay_id = $1 and fence = $2 and state = 'running'
        """;

    private const string Sent = "update replays set sending = '{}', lease_until = clock_timestamp() + $3 where replay_id = $1 and fence = $2";

    // Noted in the audit log by the table itself.
    private const string End = """
        update replays set state = 'done', ended_by = $3, ended_at = now(), updated_at = now(), lease_until = null where replay_id = $1 and fence = $2 and state = 'running'
        """;

    private const string Release = "update replays set lease_until = null where replay_id = $1 and fence = $2";

    /// <summary>Takes over the oldest replay that nobody carries out; null if there is none.</summary>
    public async Task<ReplayJob?> ClaimAsync(CancellationToken cancellationToken)
    {
        await using var command = postgres.CreateCommand(Claim);
        command.Parameters.Add(new() { Value = Lease });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;

        var sending = reader.GetFieldValue<string[]>(15)
            .Select(static text => RecordCoordinates.TryParse(text, out var place) ? place : throw new InvalidOperationException($"'{text}' in replays.sending is no receipt."));
        return new(ReplayTable.Read(reader), reader.GetInt64(14), [.. sending]);
    }

    /// <summary>Takes events up and moves the checkpoint behind their chunk, both or neither.</summary>
    /// <param name="job">The replay; its counts and next offsets follow.</param>
    /// <param name="chunk">What was read.</param>
    /// <param name="judged">What is to be done with it.</param>
    /// <param name="cancellationToken">Gives up; whether it is written is then unknown.</param>
    /// <returns>Copies to be produced; null if the replay is not ours any more, or was cancelled.</returns>
    public async Task<IReadOnlyList<OutgoingRecord>?> CheckpointAsync(ReplayJob job, ReplayChunk chunk, IReadOnlyList<JudgedEvent> judged, CancellationToken cancellationToken)
    {
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var taken = await TakeUp.RowsAsync(connection, transaction, [.. judged.Where(static j => j is { IsSend: true, Row: not null }).Select(static j => j.Event)], cancellationToken);
        var (sending, counts) = (new List<(WaitingEvent Event, int Attempt)>(), new Dictionary<string, long>(job.Counts, StringComparer.Ordinal));
        void Count(string verdict, long records) => counts[verdict] = counts.GetValueOrDefault(verdict) + records;
        foreach (var j in judged)
        {
            var attempt = j.Row is null ? j.Event.Ready.Attempt : taken.TryGetValue(j.Event.Key, out var made) ? made : (int?)null;
            if (j.IsSend && attempt is { } known)
                sending.Add((j.Event, known));
            Count(j.IsSend && attempt is null ? ReplayVerdict.InFlight : j.Verdict, 1);
        }

        if (chunk.Unreadable > 0)
            Count(ReplayVerdict.Unreadable, chunk.Unreadable);
        var next = new Dictionary<int, long>(job.Next);
        foreach (var record in chunk.Records)
            next[record.Coordinates.Partition] = record.Coordinates.Offset + 1;

        await using var command = new NpgsqlCommand(Checkpoint, connection, transaction);
        command.Parameters.Add(new() { Value = job.View.Id });
        command.Parameters.Add(new() { Value = job.Fence });
        command.Parameters.Add(new() { Value = job.View.Parts.Select(part => next[part.Partition]).ToArray() });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(counts), NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = sending.ConvertAll(static s => s.Event.Record.Coordinates.ToString()).ToArray() });
        command.Parameters.Add(new() { Value = Lease });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            return null;

        await transaction.CommitAsync(cancellationToken);
        foreach (var (verdict, records) in counts)
            job.Counts[verdict] = records;
        foreach (var (partition, offset) in next)
            job.Next[partition] = offset;
        return sending.ConvertAll(s => ResultRecords.Resent(s.Event, s.Attempt, job.View.Id));
    }

    /// <summary>The copies of the last checkpoint are in the log.</summary>
    public Task SentAsync(ReplayJob job, CancellationToken cancellationToken) => ExecuteAsync(Sent, job, cancellationToken, Lease);

    /// <summary>Gives a replay back, for whoever comes next.</summary>
    public Task ReleaseAsync(ReplayJob job, CancellationToken cancellationToken) => ExecuteAsync(Release, job, cancellationToken);

    /// <summary>The range is read.</summary>
    public Task EndAsync(ReplayJob job, CancellationToken cancellationToken) => ExecuteAsync(End, job, cancellationToken, DispatchRole.Name);

    private async Task ExecuteAsync(string sql, ReplayJob job, CancellationToken cancellationToken, params object[] more)
    {
        await using var command = postgres.CreateCommand(sql);
        foreach (var value in (object[])[job.View.Id, job.Fence, .. more])
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
