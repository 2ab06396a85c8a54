using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using TrackHub.Dispatch.Lanes;
using TrackHub.Platform.Rows;
using TrackHub.Platform.Tenants;

namespace TrackHub.Dispatch.Claiming;

/// <summary>An event somebody wants to call Meta for.</summary>
/// <param name="Event">The event.</param>
/// <param name="Gate">What applies to it.</param>
/// <param name="OwnFence">Fence of our own claim to renew; 0 for a first claim.</param>
internal readonly record struct ClaimWish(WaitingEvent Event, Gate Gate, long OwnFence);

/// <summary>What became of it.</summary>
/// <param name="Event">The event.</param>
/// <param name="Result">Whether it may be sent.</param>
/// <param name="Row">Its row.</param>
internal sealed record ClaimedEvent(WaitingEvent Event, ClaimResult Result, RegistryRow Row);

/// <summary>Claims events in <c>dedupe_registry</c>, the authority on what was sent: in one transaction, consent and suppression inside it.</summary>
/// <remarks>What several lanes claim at the same time is one transaction: most of what a claim of a few events costs PostgreSQL does not depend on their number.</remarks>
internal sealed class RegistryClaims
{
    private readonly NpgsqlDataSource _postgres;
    private readonly IOptions<DispatchOptions> _options;
    private readonly Gathering<Claim, IReadOnlyList<ClaimedEvent>> _gathering;

    /// <summary>Claims in a database.</summary>
    /// <param name="postgres">The database, as the writer.</param>
    /// <param name="options">The lease of a claim.</param>
    public RegistryClaims(NpgsqlDataSource postgres, IOptions<DispatchOptions> options)
    {
        (_postgres, _options) = (postgres, options);
        _gathering = new(ClaimAsync, static claim => claim.Wishes.Count, static (one, other) => !one.Lanes.Overlaps(other.Lanes));
    }

    /// <summary>Claims events of one lane that have different keys, or renews our own claims of them.</summary>
    /// <param name="wishes">From 1; either all first claims or all renewals.</param>
    /// <param name="batchId">Names the call in the audit.</param>
    /// <param name="cancellationToken">Gives up; whether the claim holds is then unknown.</param>
    public async Task<IReadOnlyList<ClaimedEvent>> ClaimAsync(IReadOnlyList<ClaimWish> wishes, string batchId, CancellationToken cancellationToken)
    {
        var claim = new Claim(wishes, batchId);
        return claim.IsRenewal ? (await ClaimAsync([claim], cancellationToken))[0] : await _gathering.JoinAsync(claim, cancellationToken);
    }

    /// <summary>Claims for calls of different lanes.</summary>
    private async Task<IReadOnlyList<IReadOnlyList<ClaimedEvent>>> ClaimAsync(IReadOnlyList<Claim> claims, CancellationToken cancellationToken)
    {
        var isRenewal = claims[0].IsRenewal;
        var wishes = claims.SelectMany(static claim => claim.Wishes).ToList();
        await using var connection = await _postgres.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (changed, rows) = await WriteAsync(connection, transaction, claims, wishes, cancellationToken);

        var claimed = new List<ClaimedEvent>(wishes.Count);
        for (var i = 0; i < wishes.Count; i++)
        {
            var e = wishes[i].Event;
            var row = rows[i] ?? throw new InvalidOperationException($"The registry lost the row of event {e.Ready.EventId} inside a claim.");
            claimed.Add(new(e, ClaimRules.Of(row, changed.Contains(e.Key), Guid.Parse(e.Ready.IngestId), e.Entered), row));
        }

        await EndOlderAttemptsAsync(connection, transaction, claimed, isRenewal, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        var first = 0;
        var answers = new List<IReadOnlyList<ClaimedEvent>>(claims.Count);
        foreach (var claim in claims)
        {
            answers.Add(claimed.GetRange(first, claim.Wishes.Count));
            first += claim.Wishes.Count;
        }

        return answers;
    }

    private async Task<(HashSet<EventKey> Changed, RegistryRow?[] Rows)> WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Claim> claims, List<ClaimWish> wishes, CancellationToken cancellationToken)
    {
        var isRenewal = claims[0].IsRenewal;
        var claim = new NpgsqlBatchCommand(isRenewal ? ClaimSql.Renew : ClaimSql.Claim);
        AddEvents(claim.Parameters, wishes);
        claim.Parameters.Add(new() { Value = _options.Value.Lease });
        var calls = claims.SelectMany(static c => c.Lanes.Select(lane => (lane.BrandId, lane.PixelId, c.BatchId))).ToList();
        claim.Parameters.Add(new() { Value = calls.ConvertAll(static c => c.BrandId).ToArray() });
        claim.Parameters.Add(new() { Value = calls.ConvertAll(static c => c.PixelId).ToArray() });
        claim.Parameters.Add(new() { Value = calls.ConvertAll(static c => c.BatchId).ToArray() });
        var read = new NpgsqlBatchCommand(ClaimSql.Rows);
        read.AddKeys(wishes.Select(static wish => wish.Event.Key));
        await using var batch = new NpgsqlBatch(connection, transaction);

        // A first claim joins the registry with nothing, and its events with their consents quicker if the planner is free to.
        foreach (var command in isRenewal ? (NpgsqlBatchCommand[])[KeyLookups.Command(), claim, read] : [claim, KeyLookups.Command(), read])
            batch.BatchCommands.Add(command);
        await batch.PrepareIfSmallAsync(wishes.Count, cancellationToken);

        var changed = new HashSet<EventKey>();
        var rows = new RegistryRow?[wishes.Count];
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (isRenewal)
            await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            changed.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        await reader.NextResultAsync(cancellationToken);
        if (!isRenewal)
            await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows[reader.GetInt64(0) - 1] = RowOf(reader);
        return (changed, rows);
    }

    private static async Task EndOlderAttemptsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<ClaimedEvent> claimed, bool isRenewal, CancellationToken cancellationToken)
    {
        // A first claim that took over has an unknown attempt behind it; a renewal may have one that was never begun.
        var older = claimed.FindAll(c => c.Result is ClaimResult.Claimed or ClaimResult.Settled && (isRenewal || c.Row.HasUnknown));
        if (older.Count == 0)
            return;

        await using var command = new NpgsqlCommand(ClaimSql.EndOlderAttempts, connection, transaction);
        command.Parameters.AddKeys(older.Select(static c => c.Event.Key));
        command.Parameters.Add(new() { Value = older.ConvertAll(static c => c.Row.Fence).ToArray() });
        command.Parameters.Add(new() { Value = isRenewal ? "hold" : "unknown" });
        command.Parameters.Add(new() { Value = isRenewal ? "not_begun" : "lease_over" });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds $1 to $22 of <see cref="ClaimSql"/>: the events as columns and their consent subjects.</summary>
    internal static void AddEvents(NpgsqlParameterCollection parameters, IReadOnlyList<ClaimWish> wishes)
    {
        T[] Column<T>(Func<ClaimWish, T> of) => [.. wishes.Select(of)];
        void Add(object value, NpgsqlDbType type) => parameters.Add(new() { Value = value, NpgsqlDbType = NpgsqlDbType.Array | type });

        parameters.AddKeys(wishes.Select(static w => w.Event.Key));
        Add(Column(static w => Guid.Parse(w.Event.Ready.IngestId)), NpgsqlDbType.Uuid);
        Add(Column(static w => w.Event.Ready.EventTime.UtcDateTime), NpgsqlDbType.TimestampTz);
        Add(Column(static w => w.Event.IsOrder), NpgsqlDbType.Boolean);
        Add(Column(static w => w.Event.Entered.Topic), NpgsqlDbType.Text);
        Add(Column(static w => w.Event.Entered.Partition), NpgsqlDbType.Integer);
        Add(Column(static w => w.Event.Entered.Offset), NpgsqlDbType.Bigint);
        Add(Column(static w => w.Event.Ready.Attempt), NpgsqlDbType.Integer);
        Add(Column(static w => w.Event.Ready.LadderStep), NpgsqlDbType.Integer);
        Add(Column(static w => w.Gate.State), NpgsqlDbType.Text);
        Add(Column(static w => w.Gate.Reason), NpgsqlDbType.Text);
        Add(Column(static w => w.Event.Ready.ConsentAds), NpgsqlDbType.Boolean);
        Add(Column(static w => w.Event.Ready.ConsentAt?.UtcDateTime), NpgsqlDbType.TimestampTz);
        Add(Column(static w => w.Gate.Basis switch { ConsentBasis.Granted => "granted", ConsentBasis.Required => "required", _ => null }), NpgsqlDbType.Text);
        Add(Column(static w => w.OwnFence), NpgsqlDbType.Bigint);

        var subjects = wishes.SelectMany(static (w, item) => SubjectsOf(w.Event).Select(s => (Item: item + 1L, w.Event.Ready.BrandId, s.Kind, s.Subject))).ToList();
        Add(subjects.ConvertAll(static s => s.Item).ToArray(), NpgsqlDbType.Bigint);
        Add(subjects.ConvertAll(static s => s.BrandId).ToArray(), NpgsqlDbType.Text);
        Add(subjects.ConvertAll(static s => s.Kind).ToArray(), NpgsqlDbType.Text);
        Add(subjects.ConvertAll(static s => s.Subject).ToArray(), NpgsqlDbType.Bytea);
    }

    /// <summary>A blind index does not say what it is of; e-mail and phone have different ones, so asking for both finds the one.</summary>
    private static IEnumerable<(string Kind, byte[] Subject)> SubjectsOf(WaitingEvent e) =>
        e.Ready.ConsentSessions.Select(static session => ("session", Encoding.UTF8.GetBytes(session)))
            .Concat(e.Ready.ConsentKeys.SelectMany(static key => new[] { ("email", key), ("phone", key) }));

    /// <summary>A row as <see cref="ClaimSql.Rows"/> gives it.</summary>
    internal static RegistryRow RowOf(NpgsqlDataReader reader) => new()
    {
        State = reader.GetString(1),
        Reason = reader.GetString(2),
        Fence = reader.GetInt64(3),
        Attempt = reader.GetInt32(4),
        LadderStep = reader.GetInt32(5),
        IngestId = reader.GetGuid(6),
        Source = new(reader.GetString(7), reader.GetInt32(8), reader.GetInt64(9)),
        UpdatedAt = reader.GetFieldValue<DateTimeOffset>(10),
        Revision = reader.GetInt64(11),
        HasUnknown = reader.GetBoolean(12),
    };

    /// <summary>What one call needs to be claimed.</summary>
    private sealed record Claim(IReadOnlyList<ClaimWish> Wishes, string BatchId)
    {
        public bool IsRenewal => Wishes[0].OwnFence != 0;

        /// <summary>One, but on the side track.</summary>
        public HashSet<LaneId> Lanes { get; } = [.. Wishes.Select(static wish => new LaneId(wish.Event.Ready.BrandId, wish.Event.Ready.PixelId))];
    }
}
