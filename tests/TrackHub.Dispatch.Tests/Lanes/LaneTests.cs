using FsCheck;
using FsCheck.Fluent;
using TrackHub.Dispatch.Lanes;
using TrackHub.Testing;
using static TrackHub.Dispatch.Tests.SampleEvents;

namespace TrackHub.Dispatch.Tests.Lanes;

public sealed class LaneTests
{
    private readonly ManualClock _clock = new();
    private readonly DispatchOptions _options = new() { MaxBatchEvents = 3 };

    [Fact]
    public void A_purchase_is_due_on_the_next_beat_and_a_browser_event_on_a_later_one()
    {
        using var lane = NewLane();
        lane.DueIn().ShouldBeNull();

        Add(lane, Checkout("c1"));
        lane.DueIn().ShouldBe(TimeSpan.FromMilliseconds(250));
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Add(lane, Purchase("e1"));
        lane.DueIn().ShouldBe(TimeSpan.FromMilliseconds(40));
        _clock.Advance(TimeSpan.FromMilliseconds(39));
        lane.DueIn().ShouldBe(TimeSpan.FromMilliseconds(1));
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        lane.DueIn().ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Lanes_are_due_together_and_nobody_waits_longer_than_its_linger()
    {
        var times = Gen.Choose(0, 1_000).Two().Select(static two => (One: two.Item1, Other: two.Item2));

        Prop.ForAll(times.ToArbitrary(), at =>
        {
            var (purchase, checkout) = (DueAt(Purchase(), at.One), DueAt(Checkout(), at.Other));
            return purchase > at.One && purchase <= at.One + 50 && checkout > at.Other + 200 && checkout <= at.Other + 250 && (purchase - checkout) % 50 == 0;
        }).QuickCheckThrowOnFailure();

        double DueAt(Schemas.DispatchReady ready, int at)
        {
            var clock = new ManualClock();
            using var lane = NewLane(clock);
            clock.Advance(TimeSpan.FromMilliseconds(at));
            lane.TryAdd(Waiting(ready, arrivedAt: clock.GetTimestamp()));
            return at + lane.DueIn()!.Value.TotalMilliseconds;
        }
    }

    [Fact]
    public void Without_a_linger_a_purchase_is_due_at_once()
    {
        _options.Linger = TimeSpan.Zero;
        using var lane = NewLane();
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Add(lane, Purchase("e1"));

        lane.DueIn().ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void A_full_batch_is_due_at_once()
    {
        using var lane = NewLane();
        for (var i = 0; i < 3; i++)
            Add(lane, Checkout(Id(i)));

        lane.DueIn().ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Purchases_go_before_browser_events_and_a_batch_holds_no_more_than_its_limit()
    {
        using var lane = NewLane();
        Add(lane, Checkout("c1"));
        Add(lane, Checkout("c2"));
        Add(lane, Purchase("p1"));
        Add(lane, Purchase("p2"));

        Ids(lane.Take(_options.MaxBatchEvents)).ShouldBe(["p1", "p2", "c1"]);
        Ids(lane.Take(_options.MaxBatchEvents)).ShouldBe(["c2"]);
        lane.Take(_options.MaxBatchEvents).ShouldBeEmpty();
    }

    [Fact]
    public void A_batch_stays_within_its_bytes_but_one_event_always_goes()
    {
        _options.MaxBatchBytes = 20_000;
        using var lane = NewLane();
        Add(lane, Purchase("big"), bytes: 50_000);
        Add(lane, Purchase("a"), bytes: 9_000);
        Add(lane, Purchase("b"), bytes: 9_000);

        Ids(lane.Take(_options.MaxBatchEvents)).ShouldBe(["big"]);
        Ids(lane.Take(_options.MaxBatchEvents)).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Two_records_of_one_event_never_share_a_batch()
    {
        using var lane = NewLane();
        Add(lane, Purchase("p1"));
        Add(lane, Purchase("p1"));
        Add(lane, Purchase("p2"));

        Ids(lane.Take(_options.MaxBatchEvents)).ShouldBe(["p1"]);
        Ids(lane.Take(_options.MaxBatchEvents)).ShouldBe(["p1", "p2"]);
    }

    [Fact]
    public void Events_of_a_lost_partition_are_let_go()
    {
        using var revoked = new CancellationTokenSource();
        using var lane = NewLane();
        lane.TryAdd(Waiting(Purchase("lost"), revoked: revoked.Token)).ShouldBeTrue();
        Add(lane, Purchase("kept"));

        revoked.Cancel();

        Ids(lane.Take(_options.MaxBatchEvents)).ShouldBe(["kept"]);
    }

    [Fact]
    public async Task A_closed_lane_gives_its_events_out_without_a_permit_and_without_a_slot()
    {
        using var lane = NewLane();
        Report(lane, new(CallKind.Throttled, "throttled", TimeSpan.FromSeconds(5)));
        var slots = new CallSlots(1);
        await slots.EnterAsync("another", static () => false, CancellationToken.None);
        Add(lane, Purchase("p1"));
        _clock.Advance(TimeSpan.FromMilliseconds(50));

        var turn = await lane.TakeAsync(slots, CancellationToken.None);

        turn.Permit.ShouldBeNull();
        Ids(turn.Events).ShouldBe(["p1"]);
        lane.Gate.ClosedFor.ShouldBe(TimeSpan.FromMilliseconds(4_950));
    }

    [Fact]
    public async Task A_probe_is_one_event_and_the_others_wait_for_what_comes_of_it()
    {
        using var lane = NewLane();
        for (var i = 0; i < 10; i++)
            Report(lane, new(CallKind.Failed, "http_error"));
        _clock.Advance(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 4; i++)
            Add(lane, Purchase(Id(i)));
        var slots = new CallSlots(4);

        var probe = await lane.TakeAsync(slots, CancellationToken.None);
        var next = lane.TakeAsync(slots, CancellationToken.None);

        Ids(probe.Events).ShouldBe(["e0"]);
        probe.Permit!.IsProbe.ShouldBeTrue();
        next.IsCompleted.ShouldBeFalse();
        probe.Permit.Report(new(CallKind.Worked, ""));
        probe.Permit.Leave();
        var turn = await next;
        Ids(turn.Events).ShouldBe(["e1", "e2", "e3"]);
        turn.Permit!.IsProbe.ShouldBeFalse();
    }

    [Fact]
    public async Task A_batch_waits_for_a_free_call_and_grows_meanwhile()
    {
        using var lane = NewLane();
        var slots = new CallSlots(1);
        await slots.EnterAsync("another", static () => false, CancellationToken.None);
        Add(lane, Purchase("p1"));
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        var taking = lane.TakeAsync(slots, CancellationToken.None);
        Add(lane, Purchase("p2"));

        slots.Leave("another");

        Ids((await taking).Events).ShouldBe(["p1", "p2"]);
    }

    [Fact]
    public async Task A_batch_is_taken_when_its_linger_is_over()
    {
        using var lane = NewLane();
        Add(lane, Purchase("p1"));
        var taking = lane.TakeAsync(new(1), CancellationToken.None);
        await Eventually.Holds(() => _clock.WaitingTimers == 1);
        taking.IsCompleted.ShouldBeFalse();

        _clock.Advance(TimeSpan.FromMilliseconds(50));

        Ids((await taking).Events).ShouldBe(["p1"]);
    }

    private Lane NewLane() => NewLane(_clock);

    private Lane NewLane(ManualClock clock) => new(new(new("brandone0001", "px_one"), LaneState.New, new(10, TimeSpan.FromSeconds(30)), clock), _options, clock);

    private static void Report(Lane lane, CallSignal call)
    {
        var permit = lane.Gate.TryEnter().ShouldNotBeNull();
        permit.Report(call);
        permit.Leave();
    }

    private void Add(Lane lane, Schemas.DispatchReady ready, int bytes = 500) =>
        lane.TryAdd(Waiting(ready, bytes, arrivedAt: _clock.GetTimestamp())).ShouldBeTrue();

    private static IEnumerable<string> Ids(IEnumerable<WaitingEvent> events) => events.Select(static e => e.Ready.EventId);
}
