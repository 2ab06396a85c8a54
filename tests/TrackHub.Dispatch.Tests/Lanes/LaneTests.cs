using TrackHub.Dispatch.Lanes;
using TrackHub.Testing;
using static TrackHub.Dispatch.Tests.SampleEvents;

namespace TrackHub.Dispatch.Tests.Lanes;

public sealed class LaneTests
{
    private readonly ManualClock _clock = new();
    private readonly DispatchOptions _options = new() { MaxBatchEvents = 3, LaneQueue = 10 };

    [Fact]
    public void A_purchase_is_due_after_its_linger_and_a_browser_event_later()
    {
        using var lane = NewLane();
        lane.DueIn().ShouldBeNull();

        Add(lane, Checkout("c1"));
        lane.DueIn().ShouldBe(TimeSpan.FromMilliseconds(250));
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        Add(lane, Purchase("e1"));
        lane.DueIn().ShouldBe(TimeSpan.FromMilliseconds(50));
        _clock.Advance(TimeSpan.FromMilliseconds(49));
        lane.DueIn().ShouldBe(TimeSpan.FromMilliseconds(1));
        _clock.Advance(TimeSpan.FromMilliseconds(1));

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

        Ids(lane.Take()).ShouldBe(["p1", "p2", "c1"]);
        Ids(lane.Take()).ShouldBe(["c2"]);
        lane.Take().ShouldBeEmpty();
    }

    [Fact]
    public void A_batch_stays_within_its_bytes_but_one_event_always_goes()
    {
        _options.MaxBatchBytes = 20_000;
        using var lane = NewLane();
        Add(lane, Purchase("big"), bytes: 50_000);
        Add(lane, Purchase("a"), bytes: 9_000);
        Add(lane, Purchase("b"), bytes: 9_000);

        Ids(lane.Take()).ShouldBe(["big"]);
        Ids(lane.Take()).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Two_records_of_one_event_never_share_a_batch()
    {
        using var lane = NewLane();
        Add(lane, Purchase("p1"));
        Add(lane, Purchase("p1"));
        Add(lane, Purchase("p2"));

        Ids(lane.Take()).ShouldBe(["p1"]);
        Ids(lane.Take()).ShouldBe(["p1", "p2"]);
    }

    [Fact]
    public void Events_of_a_lost_partition_are_let_go()
    {
        using var revoked = new CancellationTokenSource();
        using var lane = NewLane();
        lane.TryAdd(Waiting(Purchase("lost"), revoked: revoked.Token)).ShouldBeTrue();
        Add(lane, Purchase("kept"));

        revoked.Cancel();

        Ids(lane.Take()).ShouldBe(["kept"]);
    }

    [Fact]
    public void A_full_lane_takes_no_more()
    {
        using var lane = NewLane();
        for (var i = 0; i < 10; i++)
            Add(lane, Purchase(Id(i)));

        lane.TryAdd(Waiting(Purchase("eleventh"))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_batch_waits_for_a_free_call_and_grows_meanwhile()
    {
        using var lane = NewLane();
        using var calls = new SemaphoreSlim(0, 1);
        Add(lane, Purchase("p1"));
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        var taking = lane.TakeAsync(calls, CancellationToken.None);
        Add(lane, Purchase("p2"));

        calls.Release();

        Ids(await taking).ShouldBe(["p1", "p2"]);
    }

    [Fact]
    public async Task A_batch_is_taken_when_its_linger_is_over()
    {
        using var lane = NewLane();
        using var calls = new SemaphoreSlim(1, 1);
        Add(lane, Purchase("p1"));
        var taking = lane.TakeAsync(calls, CancellationToken.None);
        await Eventually.Holds(() => _clock.WaitingTimers == 1);
        taking.IsCompleted.ShouldBeFalse();

        _clock.Advance(TimeSpan.FromMilliseconds(50));

        Ids(await taking).ShouldBe(["p1"]);
    }

    private Lane NewLane() => new(new("brandone0001", "px_one"), _options, _clock);

    private void Add(Lane lane, Schemas.DispatchReady ready, int bytes = 500) =>
        lane.TryAdd(Waiting(ready, bytes, arrivedAt: _clock.GetTimestamp())).ShouldBeTrue();

    private static IEnumerable<string> Ids(IEnumerable<WaitingEvent> events) => events.Select(static e => e.Ready.EventId);
}
