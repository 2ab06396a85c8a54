using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using TrackHub.Dispatch.Calling;
using TrackHub.Dispatch.Claiming;
using TrackHub.Dispatch.Lanes;
using TrackHub.Dispatch.Recording;
using TrackHub.Dispatch.Retrying;
using TrackHub.Dispatch.Verdicts;
using TrackHub.Platform.Hosting;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;

namespace TrackHub.Dispatch;

/// <summary>Takes one batch of a lane from claim to offset: claim, call, write what came of it, produce, complete.</summary>
/// <remarks>
/// A crash after the claim leaves a lease that runs out; after the call an outcome nobody knows, so that the event goes again under its id; after the
/// write a record that is read again and produces the same again. A result whose fence was overtaken is not written.
/// </remarks>
internal sealed partial class Dispatcher(
    RecordGates gates, RegistryClaims claims, CallBody bodies, MetaClient meta, RegistryResults results, Settlement settlement, TenantDirectory directory,
    IOptions<DispatchOptions> options, IOptions<MetaOptions> metaOptions, DispatchMetrics metrics, VersionWatch versions, Readiness readiness, TimeProvider clock, ILogger<Dispatcher> logger)
{
    private readonly DispatchOptions _options = options.Value;
    private readonly MetaOptions _meta = metaOptions.Value;

    /// <summary>Dispatches what a lane gave out.</summary>
    /// <param name="turn">Events, each with another key, and leave to call for them.</param>
    /// <param name="complete">Completes a source record.</param>
    /// <param name="stoppingToken">The role stops: a call at work is finished and written, none is begun.</param>
    public async Task DispatchAsync(LaneTurn turn, Action<StreamRecord> complete, CancellationToken stoppingToken)
    {
        using var span = RecordTrace.StartShared("dispatch batch", turn.Events.Select(static e => e.Record));

        if (turn.Permit is not null)
            metrics.Taken(turn);
        var events = turn.Permit is null && turn.Lane.State.Phase is not BreakerPhase.Parked ? await HoldAsync(turn, complete, stoppingToken) : turn.Events;
        await Bisection.RunAsync<(WaitingEvent Event, long OwnFence)>(
            [.. events.Select(static e => (e, 0L))], part => CallAsync(turn, part, complete, stoppingToken), stoppingToken);
    }

    /// <summary>Lets the events of a closed lane wait elsewhere, so that offsets move on.</summary>
    /// <returns>Those that need no call to end: too old, for instance.</returns>
    private async Task<IReadOnlyList<WaitingEvent>> HoldAsync(LaneTurn turn, Action<StreamRecord> complete, CancellationToken stoppingToken)
    {
        var ending = turn.Events.ToLookup(e => gates.Of(e.Ready, e.Record.Timestamp).State.Length > 0);
        var topic = Holds.TopicFor(turn.Lane.ClosedFor);
        var reason = turn.Lane.State.Reason;
        await settlement.SettleAsync(
            [.. ending[false].Select(e => new Leaving(e, ResultRecords.Hold(e, topic), "closed", reason))], [], turn.Lane.Id, complete, stoppingToken);
        return [.. ending[true]];
    }

    /// <summary>One claim and at most one call.</summary>
    /// <returns>What is left to be called for: nothing, the halves of a split, or the same again when the claim took too long.</returns>
    private async Task<IReadOnlyList<IReadOnlyList<(WaitingEvent Event, long OwnFence)>>> CallAsync(
        LaneTurn turn, IReadOnlyList<(WaitingEvent Event, long OwnFence)> part, Action<StreamRecord> complete, CancellationToken stoppingToken)
    {
        var lane = turn.Lane.Id;
        var records = part.Select(static p => p.Event.Record).ToList();
        var batchId = Guid.CreateVersion7(clock.GetUtcNow()).ToString();
        IReadOnlyList<ClaimedEvent> claimed = [];
        var claimedAt = 0L;
        var holds = await WhileAway.RetryAsync(
            records,
            async token =>
            {
                claimedAt = clock.GetTimestamp();
                var mayCall = turn.Permit?.MayCall() is true;
                var wishes = part.Select(p => new ClaimWish(p.Event, GateOf(p.Event, turn.Lane, mayCall), p.OwnFence));
                claimed = await claims.ClaimAsync([.. wishes], batchId, token);
            },
            readiness,
            stoppingToken);
        if (!holds)
            return [];

        FailPoints.Reach(FailPoints.Claimed);
        await settlement.SettleAsync([.. claimed.Where(static c => c.Result is not ClaimResult.Claimed).Select(Unclaimed)], [], lane, complete, stoppingToken);
        var ours = claimed.Where(static c => c.Result is ClaimResult.Claimed).ToList();
        if (ours.Count == 0)
            return [];

        var noCall = new CallRecord(batchId, null, null);
        if (directory.Current.Pixel(lane.PixelId) is not { } pixel)
        {
            // It came or went this very moment: the next claim's gate sees it.
            await EndAsync(turn, ours.ConvertAll(static e => EventResult.Of(e, new(Verdict.Hold, "pixel_changed"))), noCall, complete, stoppingToken);
            return [];
        }

        var prepared = bodies.Prepare(pixel, ours);
        if (prepared.Refused.Count > 0)
            await EndAsync(turn, [.. prepared.Refused.Select(static r => EventResult.Of(r.Event, r.Ruling))], noCall, complete, stoppingToken);
        if (prepared.Events.Count == 0)
            return [];
        if (clock.GetElapsedTime(claimedAt) > _options.ClaimPatience)
            return [Renewed(prepared.Events)];

        var (ruling, call) = await SendAsync(turn, pixel, prepared, batchId, stoppingToken);
        if (ruling is { Verdict: Verdict.Retry, OutcomeKnown: true } && prepared.Events.Count > 1 && prepared.Events.Any(static e => Ladder.IsLast(e.Row.LadderStep)))
            ruling = ruling with { Verdict = Verdict.Split };   // before anybody dies: company of one whom Meta cannot bear comes over the ladder with it
        var written = await EndAsync(turn, [.. prepared.Events.Select(e => EventResult.Of(e, Flagged(e.Event, ruling)))], call, complete, stoppingToken);
        return written && ruling.Verdict is Verdict.Split ? Bisection.Halves(Renewed(prepared.Events)) : [];
    }

    private Ruling Flagged(WaitingEvent e, Ruling ruling) =>
        ruling.Verdict is Verdict.Delivered && clock.GetUtcNow() - e.Ready.EventTime > RecordGates.FullValueAge ? ruling with { Reason = RecordGates.Late } : ruling;

    private Gate GateOf(WaitingEvent e, LaneGate lane, bool mayCall) => gates.Of(e.Ready, e.Record.Timestamp) switch
    {
        { State: "" } gate when !mayCall => lane.State is { Phase: BreakerPhase.Parked, Reason: var reason }
            ? gate with { State = RegistryState.Parked, Reason = reason }
            : gate with { State = RegistryState.Held, Reason = "lane_closed" },
        var gate => gate,
    };

    private async Task<(Ruling Ruling, CallRecord Call)> SendAsync(
        LaneTurn turn, Pixel pixel, PreparedCall prepared, string batchId, CancellationToken stoppingToken)
    {
        if (bodies.IsTooLong(prepared))
            return (new(prepared.Events.Count > 1 ? Verdict.Split : Verdict.Dead, "too_long"), new(batchId, null, null));

        using var stopped = new CancellationTokenSource();
        await using var stop = stoppingToken.Register(() => stopped.CancelAfter(BatchRetry.StopGrace));
        using var spans = CallSpans.Start(prepared.Events, batchId);
        var answer = await meta.SendAsync(pixel, prepared.Body, stopped.Token);
        FailPoints.Reach(FailPoints.Called);
        var ruling = VerdictTable.Rule(answer, prepared.Events.Count);
        spans.Answered(ruling, answer);
        turn.Permit?.Report(CallSignal.Of(ruling, answer, Credentials.FingerprintOf(pixel, _meta.ApiVersion)));
        var lane = turn.Lane.Id;
        metrics.Called(lane, ruling, answer, prepared.Events.Count);
        if (answer.IsUpgraded)
            versions.Upgraded();
        if (ruling.Verdict is Verdict.Park)
            Log.Parked(logger, prepared.Events.Count, lane.BrandId, lane.PixelId, ruling.Reason, answer.Code, answer.Subcode);
        return (ruling, new(batchId, SHA256.HashData(prepared.Body.Span), answer));
    }

    /// <summary>Writes results and settles their events. While PostgreSQL is away the results wait here and nothing new is sent for them.</summary>
    private async Task<bool> EndAsync(
        LaneTurn turn, List<EventResult> ended, CallRecord call, Action<StreamRecord> complete, CancellationToken stoppingToken)
    {
        IReadOnlyDictionary<EventKey, RegistryRow> rows = new Dictionary<EventKey, RegistryRow>();
        var written = await WhileAway.RetryAsync(
            ended.Select(static result => result.Claim.Event.Record),
            async token =>
            {
                var lane = turn.Lane.Unwritten;
                rows = await results.WriteAsync(ended, call, lane is null ? null : (turn.Lane.Id, lane), token);
                if (lane is not null)
                    turn.Lane.Written(lane);
            },
            readiness,
            stoppingToken);
        if (!written)
            return false;

        FailPoints.Reach(FailPoints.Written);
        var leaving = new List<Leaving>(ended.Count);
        foreach (var e in ended.Where(static result => result.State != RegistryState.Claimed).Select(static result => result.Claim.Event))
        {
            // Overtaken: whoever holds the newer fence brings the event to its end.
            leaving.Add(rows.TryGetValue(e.Key, out var row) ? Leaving.By(e, row) : new(e, null, "fenced", ""));
            if (row is { State: RegistryState.Delivered })
                metrics.Delivered(clock.GetUtcNow() - e.Ready.ReceivedAt);
        }

        metrics.Fenced(leaving.Count(static l => l.Record is null));
        var now = clock.GetUtcNow();
        var audit = ended.ConvertAll(result => ResultRecords.Attempt(result, call, ended.Count, now));
        await settlement.SettleAsync(leaving, audit, turn.Lane.Id, complete, stoppingToken);
        return true;
    }

    private static Leaving Unclaimed(ClaimedEvent c) => c.Result switch
    {
        ClaimResult.Settled => Leaving.By(c.Event, c.Row),
        ClaimResult.Busy => new(c.Event, ResultRecords.Hold(c.Event), "busy", ""),
        ClaimResult.Stale => new(c.Event, null, "stale", ""),
        _ => new(c.Event, ResultRecords.Duplicate(c.Event), "duplicate", ""),
    };

    private static IReadOnlyList<(WaitingEvent Event, long OwnFence)> Renewed(IEnumerable<ClaimedEvent> events) =>
        [.. events.Select(static e => (e.Event, e.Row.Fence))];

    private static partial class Log
    {
        [LoggerMessage(5002, LogLevel.Warning,
            "{Events} events of brand {Brand}, pixel {Pixel} are parked: {Reason}, code {Code}/{Subcode}. Remedy: mend token, permission or dataset before they are 7 days old")]
        public static partial void Parked(ILogger logger, int events, string brand, string pixel, string reason, int? code, int? subcode);
    }
}
