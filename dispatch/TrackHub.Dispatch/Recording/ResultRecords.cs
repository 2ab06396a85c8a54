using System.Globalization;
using System.Text;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Retrying;
using TrackHub.Dispatch.Verdicts;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Dispatch.Recording;

/// <summary>Makes the records that follow from a row. The same row and record always give the same records: a re-read produces them again.</summary>
internal static class ResultRecords
{
    /// <summary>The event's end, or the copy by which it goes on.</summary>
    public static OutgoingRecord Of(WaitingEvent e, RegistryRow row) => row.State switch
    {
        RegistryState.Retry when row.LadderStep == 0 => Resent(e, row.Attempt),
        RegistryState.Retry => NextAttempt(e, Ladder.TopicTo(row.LadderStep), row.Attempt, row.LadderStep, e.Ready.FirstTryAt ?? row.UpdatedAt),
        RegistryState.Held when row.Attempt > e.Ready.Attempt => NextAttempt(e, Topics.CapiHold5M, row.Attempt, step: 0, firstTryAt: null),
        RegistryState.Held => SameAttempt(e, row.Reason == VerdictTable.PolicyBlock ? Topics.CapiHold5M : Topics.CapiHold15S),
        RegistryState.Parked => SameAttempt(e, Topics.Parked),
        _ => Outcome(e, StateOf(row.State), row.Reason, row.Revision, row.UpdatedAt),
    };

    /// <summary>An event that came after another with the same id. Dated by its record, so that it reads the same when produced again.</summary>
    public static OutgoingRecord Duplicate(WaitingEvent e) => Outcome(e, OutcomeState.Duplicate, "", revision: 1, e.Record.Timestamp);

    /// <summary>The end of an event that cannot be dispatched for what its record says.</summary>
    public static OutgoingRecord Malformed(WaitingEvent e) => Outcome(e, OutcomeState.Dead, "malformed", revision: 1, e.Record.Timestamp);

    /// <summary>A copy that waits for the same attempt.</summary>
    /// <param name="e">The event.</param>
    /// <param name="topic">Delay topic; null: 15 s.</param>
    public static OutgoingRecord Hold(WaitingEvent e, TopicDefinition? topic = null) => SameAttempt(e, topic ?? Topics.CapiHold15S);

    /// <summary>A copy of an event that is taken up again, for a new ladder.</summary>
    /// <param name="e">The event as it was parked or replayed.</param>
    /// <param name="attempt">Attempts made, as its row says.</param>
    /// <param name="replayId">The replay that makes it, if one does.</param>
    public static OutgoingRecord Resent(WaitingEvent e, int attempt, Guid? replayId = null)
    {
        var copy = NextAttempt(e, e.IsOrder ? Topics.CapiDispatch : Topics.CapiDispatchBulk, attempt, step: 0, firstTryAt: null);
        if (replayId is { } id)
            copy.Headers.Set(RecordHeaders.ReplayName, id.ToString("D"));
        return copy;
    }

    /// <summary>The end of an event that was too old before anybody took it up; its row is all that is known of it.</summary>
    public static OutgoingRecord Expired(EventKey key, Guid ingestId, string reason, long revision, DateTimeOffset at)
    {
        var value = new EventOutcome
        {
            IngestId = ingestId.ToString("D"),
            BrandId = key.BrandId,
            EventId = key.EventId,
            EventName = key.EventName,
            Destination = key.PixelId,
            State = OutcomeState.Expired,
            Reason = reason,
            Revision = revision,
            At = at,
        };
        return OutgoingRecord.Create(Topics.EventOutcomes, value.IngestId, value, new RecordHeaders().Brand(key.BrandId));
    }

    /// <summary>The audit of one event in one call.</summary>
    /// <param name="finishedAt">When its result was written.</param>
    public static OutgoingRecord Attempt(EventResult result, CallRecord call, int batchSize, DateTimeOffset finishedAt)
    {
        var (e, row, answer) = (result.Claim.Event, result.Claim.Row, call.Answer);
        var value = new DispatchAttempt
        {
            IngestId = e.Ready.IngestId,
            BrandId = e.Ready.BrandId,
            PixelId = e.Ready.PixelId,
            EventName = e.Ready.EventName,
            EventId = e.Ready.EventId,
            Fence = row.Fence,
            Attempt = row.Attempt,
            LadderStep = row.LadderStep,
            StartedAt = row.UpdatedAt,
            FinishedAt = finishedAt,
            LatencyMs = (long)(answer?.Latency ?? TimeSpan.Zero).TotalMilliseconds,
            Outcome = result.Ruling.Outcome,
            Reason = result.Ruling.Reason.Length == 0 ? null : result.Ruling.Reason,
            HttpStatus = answer?.HttpStatus,
            Code = answer?.Code,
            Subcode = answer?.Subcode,
            TraceId = answer?.TraceId,
            BatchId = call.BatchId,
            BatchSize = batchSize,
        };
        return OutgoingRecord.Create(Topics.DispatchAttempts, e.Ready.EventId, value, HeadersOf(e));
    }

    private static OutgoingRecord NextAttempt(WaitingEvent e, TopicDefinition topic, int attempt, int step, DateTimeOffset? firstTryAt) =>
        OutgoingRecord.Create(
            topic, KeyOf(e), e.Ready with { Attempt = attempt, LadderStep = step, FirstTryAt = firstTryAt }, HeadersOf(e));

    private static OutgoingRecord SameAttempt(WaitingEvent e, TopicDefinition topic) =>
        OutgoingRecord.Copy(topic, e.Record, HeadersOf(e).Set(WaitingEvent.EnteredHeader, e.Entered.ToString()));

    private static OutgoingRecord Outcome(WaitingEvent e, OutcomeState state, string reason, long revision, DateTimeOffset at)
    {
        var ready = e.Ready;
        var value = new EventOutcome
        {
            IngestId = ready.IngestId,
            BrandId = ready.BrandId,
            EventId = ready.EventId,
            EventName = ready.EventName,
            Destination = ready.PixelId,
            State = state,
            Reason = reason,
            Revision = revision,
            At = at,
            Gateway = ready.Gateway,
            SaleId = ready.SaleId,
        };
        return OutgoingRecord.Create(Topics.EventOutcomes, ready.IngestId, value, HeadersOf(e));
    }

    private static OutcomeState StateOf(string state) => state switch
    {
        RegistryState.Delivered => OutcomeState.Delivered,
        RegistryState.BlockedConsent => OutcomeState.BlockedConsent,
        RegistryState.Suppressed => OutcomeState.Suppressed,
        RegistryState.Expired => OutcomeState.Expired,
        RegistryState.Dead => OutcomeState.Dead,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No end."),
    };

    private static string KeyOf(WaitingEvent e) => e.Record.Key is { Length: > 0 } key
        ? Encoding.UTF8.GetString(key)
        : string.Create(CultureInfo.InvariantCulture, $"{e.Ready.BrandId}/{e.Ready.PixelId}/0");

    /// <summary>Headers of the record, so that trace and replay go along; the coordinates of an attempt end with it.</summary>
    private static RecordHeaders HeadersOf(WaitingEvent e)
    {
        var headers = new RecordHeaders().Brand(e.Ready.BrandId);
        foreach (var (name, value) in e.Record.Headers)
        {
            if (name is not (RecordHeaders.BrandName or WaitingEvent.EnteredHeader))
                headers.Set(name, value);
        }

        return headers.Follow(e.Record);
    }
}
