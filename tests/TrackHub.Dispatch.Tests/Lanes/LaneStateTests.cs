using FsCheck;
using FsCheck.Fluent;
using TrackHub.Dispatch.Lanes;
using TrackHub.Testing;

namespace TrackHub.Dispatch.Tests.Lanes;

/// <summary>The breaker and the throttle of a lane, as a machine without threads.</summary>
public sealed class LaneStateTests
{
    private static readonly BreakerRules Rules = new(10, TimeSpan.FromSeconds(30));
    private static readonly CallSignal Works = new(CallKind.Worked, "");
    private static readonly CallSignal Fails = new(CallKind.Failed, "http_error");
    private readonly ManualClock _clock = new();

    private DateTimeOffset Now => _clock.GetUtcNow();

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public void Ten_failures_in_a_row_open_it_however_far_apart(int secondsBetween)
    {
        var state = LaneState.New;
        for (var i = 0; i < 9; i++)
        {
            state = state.After(Fails, state.Era, Now, Rules);
            _clock.Advance(TimeSpan.FromSeconds(secondsBetween));
            state.Ask(Now).ShouldBe(Door.Narrow);
        }

        state = state.After(Fails, state.Era, Now, Rules);

        (state.Phase, state.Failures, state.Reason, state.ClosedFor(Now)).ShouldBe((BreakerPhase.Open, 10, "http_error", TimeSpan.FromSeconds(30)));
        _clock.Advance(TimeSpan.FromMilliseconds(29_999));
        state.Ask(Now).ShouldBe(Door.Closed);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        state.Ask(Now).ShouldBe(Door.Probe);
    }

    [Fact]
    public void One_success_among_nineteen_failures_keeps_it_closed()
    {
        var state = LaneState.New;
        for (var i = 0; i < 19; i++)
            state = state.After(i == 9 ? Works : Fails, state.Era, Now, Rules);

        (state.Phase, state.Failures).ShouldBe((BreakerPhase.Closed, 9));
    }

    [Fact]
    public void A_probe_that_works_closes_it_and_one_that_fails_opens_it_again()
    {
        var probing = AtProbe();
        probing.Ask(Now).ShouldBe(Door.Busy);

        var failed = probing.After(Fails, probing.Era, Now, Rules);
        (failed.Phase, failed.ClosedFor(Now)).ShouldBe((BreakerPhase.Open, TimeSpan.FromSeconds(30)));

        var worked = probing.After(Works, probing.Era, Now, Rules);
        (worked.Phase, worked.Failures, worked.Ask(Now)).ShouldBe((BreakerPhase.Closed, 0, Door.Open));
    }

    [Fact]
    public void A_call_of_before_says_nothing_about_the_breaker_since()
    {
        var open = Opened();

        open.After(Works, era: 0, Now, Rules).Phase.ShouldBe(BreakerPhase.Open);
        AtProbe().After(Fails, era: 0, Now, Rules).Phase.ShouldBe(BreakerPhase.HalfOpen);
        AtProbe().After(new(CallKind.Refused, "token", Credentials: "f"), era: 0, Now, Rules).Phase.ShouldBe(BreakerPhase.HalfOpen);
    }

    [Fact]
    public void Throttled_as_told_it_counts_no_failure_and_is_open_again_by_itself()
    {
        var state = LaneState.New.After(new(CallKind.Throttled, "throttled", TimeSpan.FromSeconds(5)), 0, Now, Rules);

        (state.Phase, state.Failures, state.Reason, state.ClosedFor(Now)).ShouldBe((BreakerPhase.Closed, 0, "throttled", TimeSpan.FromSeconds(5)));
        state.Ask(Now).ShouldBe(Door.Closed);
        _clock.Advance(TimeSpan.FromSeconds(5));
        state.Ask(Now).ShouldBe(Door.Narrow);
    }

    [Fact]
    public void Until_a_call_worked_one_goes_at_a_time()
    {
        LaneState.New.Ask(Now).ShouldBe(Door.Narrow);
        LaneState.New.After(Works, 0, Now, Rules).Ask(Now).ShouldBe(Door.Open);
    }

    [Fact]
    public void A_shorter_word_does_not_cut_a_longer_pause_short_and_nonsense_is_bounded()
    {
        var state = LaneState.New.After(new(CallKind.Throttled, "throttled", TimeSpan.FromMinutes(5)), 0, Now, Rules)
            .After(new(CallKind.Throttled, "throttled", TimeSpan.FromSeconds(1)), 0, Now, Rules);

        state.ClosedFor(Now).ShouldBe(TimeSpan.FromMinutes(5));
        state.After(new(CallKind.Throttled, "throttled", TimeSpan.FromDays(9_000)), 0, Now, Rules).ClosedFor(Now).ShouldBe(LaneState.LongestPause);
    }

    [Fact]
    public void Throttled_without_a_word_it_waits_longer_each_time_until_a_call_works()
    {
        var state = LaneState.New;
        var pauses = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            state = state.After(new(CallKind.Throttled, "throttled"), state.Era, Now, Rules);
            pauses.Add(state.ClosedFor(Now).TotalSeconds);
            _clock.Advance(state.ClosedFor(Now));
        }

        pauses.ShouldBe([15, 30, 60, 120, 240, 300, 300]);
        state = state.After(Works, state.Era, Now, Rules);
        state.After(new(CallKind.Throttled, "throttled"), state.Era, Now, Rules).ClosedFor(Now).ShouldBe(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void Near_a_limit_calls_go_one_by_one_and_at_it_the_lane_waits()
    {
        LaneState.New.After(Works with { UsagePercent = 75 }, 0, Now, Rules).Ask(Now).ShouldBe(Door.Narrow);
        LaneState.New.After(Works with { UsagePercent = 74 }, 0, Now, Rules).Ask(Now).ShouldBe(Door.Open);

        var full = LaneState.New.After(Works with { UsagePercent = 100, Pause = TimeSpan.FromMinutes(12) }, 0, Now, Rules);
        (full.Ask(Now), full.Reason, full.ClosedFor(Now)).ShouldBe((Door.Closed, LaneState.UsageReason, TimeSpan.FromMinutes(12)));
    }

    [Fact]
    public void A_throttled_probe_leaves_it_open_until_then()
    {
        var probing = AtProbe();

        var state = probing.After(new(CallKind.Throttled, "throttled", TimeSpan.FromMinutes(2)), probing.Era, Now, Rules);

        (state.Phase, state.ClosedFor(Now)).ShouldBe((BreakerPhase.Open, TimeSpan.FromMinutes(2)));
        _clock.Advance(TimeSpan.FromMinutes(2));
        state.Ask(Now).ShouldBe(Door.Probe);
    }

    [Fact]
    public void Refused_credentials_park_it_until_it_is_resumed_with_a_probe()
    {
        var parked = LaneState.New.After(new(CallKind.Refused, "token", Credentials: "f1"), 0, Now, Rules);

        (parked.Ask(Now), parked.Reason, parked.Refused).ShouldBe((Door.Parked, "token", "f1"));
        _clock.Advance(TimeSpan.FromDays(8));
        parked.Ask(Now).ShouldBe(Door.Parked);
        var resumed = parked.Resumed(Now);
        (resumed.Ask(Now), resumed.Refused).ShouldBe((Door.Probe, null));
    }

    /// <summary>Whatever calls say and in whatever order, these hold.</summary>
    [Fact]
    public void Invariants_hold_over_any_run_of_calls()
    {
        var steps = Gen.Elements("works", "fails", "throttled", "told", "refused", "late", "wait", "resume").ListOf();
        Prop.ForAll(steps.ToArbitrary(), static run =>
        {
            var clock = new ManualClock();
            var state = LaneState.New;
            var failed = 0;
            foreach (var step in run)
            {
                var before = state;
                var now = clock.GetUtcNow();
                if (step == "wait")
                    clock.Advance(TimeSpan.FromSeconds(7));
                else if (step == "resume")
                    state = state.Resumed(now);
                else if (step == "late" && state.Era > 0)
                    state = state.After(Works, state.Era - 1, now, Rules);
                else if (state.Ask(now) is Door.Probe or Door.Open or Door.Narrow)
                    state = Call(state.Ask(now) is Door.Probe ? state.Probing() : state, step, now);

                // Nothing but ten failures in a row, or one of a probe, opens it; nothing but a success closes it.
                failed = before.Failures < state.Failures ? failed + 1 : state.Failures == 0 ? 0 : failed;
                state.Failures.ShouldBe(failed);
                if (before.Phase is BreakerPhase.Closed && state.Phase is BreakerPhase.Open && step != "resume")
                    failed.ShouldBeGreaterThanOrEqualTo(10);
                if (before.Phase is not BreakerPhase.Closed && state.Phase is BreakerPhase.Closed)
                    step.ShouldBeOneOf("works", "late");
                if (before.Phase is BreakerPhase.Parked && state.Phase is not BreakerPhase.Parked)
                    step.ShouldBe("resume");

                // A later state never has a smaller revision, so the database keeps it; a phase that changed begins an era.
                state.Revision.ShouldBeGreaterThanOrEqualTo(before.Revision);
                if (state.Phase != before.Phase)
                    (state.Era > before.Era && state.Revision > before.Revision).ShouldBeTrue();

                // It is never closed without an end that is near.
                if (state.Ask(now) is Door.Closed)
                    state.ClosedFor(now).ShouldBeInRange(TimeSpan.FromTicks(1), TimeSpan.FromMinutes(10));
            }
        }).QuickCheckThrowOnFailure();
    }

    private static LaneState Call(LaneState state, string step, DateTimeOffset now) => state.After(
        step switch
        {
            "fails" => Fails,
            "throttled" => new(CallKind.Throttled, "throttled"),
            "told" => new(CallKind.Throttled, "throttled", TimeSpan.FromMinutes(10)),
            "refused" => new(CallKind.Refused, "token", Credentials: "f"),
            _ => Works,
        },
        state.Era, now, Rules);

    private LaneState Opened()
    {
        var state = LaneState.New;
        while (state.Phase is BreakerPhase.Closed)
            state = state.After(Fails, state.Era, Now, Rules);
        return state;
    }

    private LaneState AtProbe()
    {
        var open = Opened();
        _clock.Advance(TimeSpan.FromSeconds(30));
        open.Ask(Now).ShouldBe(Door.Probe);
        return open.Probing();
    }
}
