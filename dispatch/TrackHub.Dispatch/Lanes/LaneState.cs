using TrackHub.Dispatch.Verdicts;

namespace TrackHub.Dispatch.Lanes;

/// <summary>Phase of a lane's breaker, in the electrical sense: closed lets calls through.</summary>
internal enum BreakerPhase
{
    /// <summary>Calls go.</summary>
    Closed,

    /// <summary>None goes until <see cref="LaneState.OpenUntil"/>; then one does, as a probe.</summary>
    Open,

    /// <summary>The probe is at work.</summary>
    HalfOpen,

    /// <summary>Token, permission or dataset is gone: none goes until somebody mends it.</summary>
    Parked,
}

/// <summary>What a lane does with its next call.</summary>
internal enum Door
{
    /// <summary>It may go.</summary>
    Open,

    /// <summary>It may go, but alone: Meta says that its limits are near, or nothing worked yet.</summary>
    Narrow,

    /// <summary>It may go with one event, to see whether Meta is back.</summary>
    Probe,

    /// <summary>A probe is at work: wait for what comes of it.</summary>
    Busy,

    /// <summary>The breaker is open, or Meta told the lane to wait: hold.</summary>
    Closed,

    /// <summary>Park.</summary>
    Parked,
}

/// <summary>Bounds of a breaker.</summary>
/// <param name="Failures">Consecutive failed calls that open it.</param>
/// <param name="Pause">How long it stays open.</param>
internal readonly record struct BreakerRules(int Failures, TimeSpan Pause);

/// <summary>Where a lane stands: breaker, throttle, credentials. Immutable; the time comes from outside.</summary>
internal sealed record LaneState
{
    /// <summary>A lane without a past.</summary>
    public static LaneState New { get; } = new();

    /// <summary>From this share of a limit on a lane makes one call at a time. Source: Graph API "Rate limits".</summary>
    public const int NarrowFromPercent = 75;

    /// <summary>Longest pause that is believed: a header of nonsense must not close a lane for good.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromHours(24);

    /// <summary>Reason of a pause that came with an answer to a call that was not itself refused.</summary>
    public const string UsageReason = "usage";

    private static readonly TimeSpan FirstUntoldPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestUntoldPause = TimeSpan.FromMinutes(5);

    /// <summary>Its breaker.</summary>
    public BreakerPhase Phase { get; init; }

    /// <summary>Calls that failed since the last that did not.</summary>
    public int Failures { get; init; }

    /// <summary>While open: when the probe may go.</summary>
    public DateTimeOffset? OpenUntil { get; init; }

    /// <summary>Meta told the lane to wait so long; costs no attempt and does not touch the breaker.</summary>
    public DateTimeOffset? ThrottledUntil { get; init; }

    /// <summary>Throttled answers since the last call that was not.</summary>
    public int Throttles { get; init; }

    /// <summary>Share of Meta's limits in use, as the last answer said; 0 where it did not.</summary>
    public int UsagePercent { get; init; }

    /// <summary>Whether a call worked since the process started: until then one goes at a time, so that a dead token costs one call, not as many as fit.</summary>
    public bool IsProven { get; init; }

    /// <summary>Why it is open, throttled or parked; a word of <see cref="VerdictTable"/>.</summary>
    public string Reason { get; init; } = "";

    /// <summary>While parked: fingerprint of the credentials that Meta refused.</summary>
    public string? Refused { get; init; }

    /// <summary>When it was last resumed, by the database's clock; null if never.</summary>
    public DateTimeOffset? ResumedAt { get; init; }

    /// <summary>Grows with every change, so that of two writers the later wins.</summary>
    public long Revision { get; init; }

    /// <summary>Grows with every change of phase: a result of a call that was let through before it says nothing about the new one.</summary>
    public long Era { get; init; }

    /// <summary>What the next call may do.</summary>
    public Door Ask(DateTimeOffset now) => this switch
    {
        { Phase: BreakerPhase.Parked } => Door.Parked,
        { ThrottledUntil: { } until } when now < until => Door.Closed,
        { Phase: BreakerPhase.HalfOpen } => Door.Busy,
        { Phase: BreakerPhase.Open } => now < OpenUntil ? Door.Closed : Door.Probe,
        { UsagePercent: >= NarrowFromPercent } or { IsProven: false } => Door.Narrow,
        _ => Door.Open,
    };

    /// <summary>Whether calls may go and none has failed since the last that worked: what waits is soon gone.</summary>
    public bool Flows(DateTimeOffset now) => Failures == 0 && Ask(now) is (Door.Open or Door.Narrow);

    /// <summary>Time until a call may go; zero where it may, or where time alone changes nothing.</summary>
    public TimeSpan ClosedFor(DateTimeOffset now)
    {
        var until = Phase is BreakerPhase.Open && !(OpenUntil < ThrottledUntil) ? OpenUntil : ThrottledUntil;
        return Phase is not BreakerPhase.Parked && until > now ? until.Value - now : TimeSpan.Zero;
    }

    /// <summary>After the probe was let through.</summary>
    public LaneState Probing() => To(BreakerPhase.HalfOpen, openUntil: null, Reason);

    /// <summary>After the probe came back without having called: the next one may go at once.</summary>
    public LaneState ProbeUnused(DateTimeOffset now) => To(BreakerPhase.Open, now, Reason);

    /// <summary>After its credentials were mended, or an operator says so: the next call is a probe.</summary>
    public LaneState Resumed(DateTimeOffset now) =>
        To(BreakerPhase.Open, now, "resumed") with { Failures = 0, Throttles = 0, ThrottledUntil = null };

    /// <summary>After a call.</summary>
    /// <param name="call">What came of it.</param>
    /// <param name="era">Era in which it was let through.</param>
    /// <param name="now">Present time.</param>
    /// <param name="rules">Bounds.</param>
    public LaneState After(CallSignal call, long era, DateTimeOffset now, BreakerRules rules)
    {
        // Whenever it was let through: being told to wait counts from the answer on.
        var after = Throttled(call, now);
        if (era != Era)
            return after;

        return call.Kind switch
        {
            CallKind.Worked => after.Worked(),
            CallKind.Failed => after.Failed(call.Reason, now, rules),
            CallKind.Throttled when Phase is BreakerPhase.HalfOpen => after.To(BreakerPhase.Open, after.ThrottledUntil, call.Reason),
            CallKind.Refused => after.To(BreakerPhase.Parked, openUntil: null, call.Reason) with { Refused = call.Credentials, Failures = 0 },
            _ => after,
        };
    }

    private LaneState Worked()
    {
        var proven = this with { IsProven = true };
        return Phase switch
        {
            BreakerPhase.HalfOpen => proven.To(BreakerPhase.Closed, openUntil: null, ThrottledUntil is null ? "" : Reason) with { Failures = 0 },
            _ when Failures == 0 => proven,
            _ => proven with { Failures = 0, Revision = Revision + 1 },
        };
    }

    private LaneState Failed(string reason, DateTimeOffset now, BreakerRules rules)
    {
        var failed = this with { Failures = Failures + 1, Revision = Revision + 1 };
        return Phase is BreakerPhase.HalfOpen || failed.Failures >= rules.Failures ? failed.To(BreakerPhase.Open, now + rules.Pause, reason) : failed;
    }

    private LaneState Throttled(CallSignal call, DateTimeOffset now)
    {
        var told = this with { UsagePercent = call.UsagePercent };
        if (call.Kind is not CallKind.Throttled && call.Pause is null)
            return ThrottledUntil > now || (ThrottledUntil is null && Throttles == 0) ? told : told with { ThrottledUntil = null, Throttles = 0, Revision = Revision + 1 };

        var pause = call.Pause ?? Untold(Throttles);
        var until = now + (pause < LongestPause ? pause : LongestPause);
        return told with
        {
            ThrottledUntil = until < ThrottledUntil ? ThrottledUntil : until,
            Throttles = Throttles + 1,
            Reason = Phase is not BreakerPhase.Closed ? Reason : call.Kind is CallKind.Throttled ? call.Reason : UsageReason,
            Revision = Revision + 1,
        };
    }

    /// <summary>Pause where Meta does not say how long: 15 s, doubling to 5 min, for calls made while throttled lengthen the block.</summary>
    private static TimeSpan Untold(int throttles)
    {
        var pause = FirstUntoldPause * Math.Pow(2, Math.Min(throttles, 5));
        return pause < LongestUntoldPause ? pause : LongestUntoldPause;
    }

    private LaneState To(BreakerPhase phase, DateTimeOffset? openUntil, string reason) => this with
    {
        Phase = phase,
        OpenUntil = openUntil,
        Reason = reason,
        Refused = null,
        Era = Era + 1,
        Revision = Revision + 1,
    };
}
