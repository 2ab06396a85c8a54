using Npgsql;
using TrackHub.Dispatch.Claiming;
using TrackHub.Platform.Replaying;
using TrackHub.Platform.Streams;

namespace TrackHub.Dispatch.Replaying;

/// <summary>A record of a replay and what is to be done with it.</summary>
/// <param name="Event">The record.</param>
/// <param name="Verdict">One of <see cref="ReplayVerdict"/>.</param>
/// <param name="Row">What the registry says of its event; null if nothing.</param>
internal sealed record JudgedEvent(WaitingEvent Event, string Verdict, RegistryRow? Row)
{
    /// <summary>Whether it is to be sent again.</summary>
    public bool IsSend => Verdict is ReplayVerdict.Send or ReplayVerdict.SendLate;
}

/// <summary>Tells what a replay is to do with records. Changes nothing; consent and suppression are asked as the claim asks them, and there again.</summary>
internal sealed class ReplayJudge(NpgsqlDataSource postgres, RecordGates gates, GroupOffsets groups, TimeProvider clock)
{
    /// <summary>How far the dispatcher has read; what lies behind that and is not in the registry is on its way.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public Task<IReadOnlyDictionary<(string Topic, int Partition), long>> DispatcherAtAsync(CancellationToken cancellationToken) =>
        groups.CommittedAsync(ConsumerGroups.Dispatcher, cancellationToken);

    /// <summary>Judges records; of several of one event only the first can be sent.</summary>
    /// <param name="events">Records of one chunk.</param>
    /// <param name="dispatcherAt">See <see cref="DispatcherAtAsync"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<JudgedEvent>> JudgeAsync(
        IReadOnlyList<WaitingEvent> events, IReadOnlyDictionary<(string Topic, int Partition), long> dispatcherAt, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return [];

        var firsts = events.DistinctBy(static e => e.Key).ToList();
        await using var connection = await postgres.OpenConnectionAsync(cancellationToken);
        var rows = await RowsAsync(connection, firsts, cancellationToken);
        var verdicts = new Dictionary<EventKey, string>();
        var candidates = new List<ClaimWish>();
        foreach (var e in firsts)
        {
            var coordinates = e.Record.Coordinates;
            var isRead = dispatcherAt.TryGetValue((coordinates.Topic, coordinates.Partition), out var at) && coordinates.Offset < at;
            var gate = gates.Of(e.Ready);
            if (VerdictOf(e, rows.GetValueOrDefault(e.Key), isRead) is { } known)
                verdicts[e.Key] = known;
            else if (gate.State.Length > 0)
                verdicts[e.Key] = gate.State;   // expired, dead and parked are verdicts too
            else
                candidates.Add(new(e, gate, OwnFence: 0));
        }

        await AskConsentAsync(connection, candidates, verdicts, cancellationToken);
        var judged = new List<JudgedEvent>(events.Count);
        foreach (var e in events)
        {
            var first = new JudgedEvent(e, verdicts[e.Key], rows.GetValueOrDefault(e.Key));
            judged.Add(first);
            if (first.IsSend)
                verdicts[e.Key] = ReplayVerdict.InFlight;   // its further records in this chunk
        }

        return judged;
    }

    /// <summary>What the registry decides; null where the event may be sent again as far as it goes.</summary>
    private static string? VerdictOf(WaitingEvent e, RegistryRow? row, bool isRead) => row switch
    {
        null => isRead ? null : ReplayVerdict.InFlight,
        _ when row.IngestId != Guid.Parse(e.Ready.IngestId) => ReplayVerdict.Duplicate,
        { State: RegistryState.Delivered } => ReplayVerdict.SkippedDelivered,
        { State: RegistryState.Claimed or RegistryState.Retry or RegistryState.Held } => ReplayVerdict.InFlight,
        { State: RegistryState.Parked } => ReplayVerdict.Parked,
        { State: RegistryState.Expired } => ReplayVerdict.Expired,
        _ => null,
    };

    private static async Task<Dictionary<EventKey, RegistryRow>> RowsAsync(NpgsqlConnection connection, List<WaitingEvent> events, CancellationToken cancellationToken)
    {
        await using var batch = KeyLookups.Over(new(connection), ClaimSql.Rows, events.Select(static e => e.Key));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var rows = new Dictionary<EventKey, RegistryRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows[events[(int)reader.GetInt64(0) - 1].Key] = RegistryClaims.RowOf(reader);
        return rows;
    }

    private async Task AskConsentAsync(
        NpgsqlConnection connection, List<ClaimWish> candidates, Dictionary<EventKey, string> verdicts, CancellationToken cancellationToken)
    {
        if (candidates.Count == 0)
            return;

        var now = clock.GetUtcNow();
        await using var command = new NpgsqlCommand(ClaimSql.Judge, connection);
        RegistryClaims.AddEvents(command.Parameters, candidates);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var e = candidates[(int)reader.GetInt64(0) - 1].Event;
            verdicts[e.Key] = reader.GetString(1) switch
            {
                RegistryState.Claimed => now - e.Ready.EventTime > RecordGates.FullValueAge ? ReplayVerdict.SendLate : ReplayVerdict.Send,
                var blocked => blocked,   // blocked_consent and suppressed are verdicts too
            };
        }
    }
}
