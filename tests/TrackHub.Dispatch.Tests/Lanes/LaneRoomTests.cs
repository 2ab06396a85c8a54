using TrackHub.Dispatch.Lanes;
using TrackHub.Testing;
using static TrackHub.Dispatch.Tests.SampleEvents;

namespace TrackHub.Dispatch.Tests.Lanes;

/// <summary>How many events may wait in a lane: more where they are soon gone.</summary>
public sealed class LaneRoomTests : IDisposable
{
    private const int Queue = 10;
    private const int Burst = 30;
    private const int KeptForPurchases = Queue / 2;

    private static readonly CallSignal Worked = new(CallKind.Worked, "");
    private static readonly CallSignal Failed = new(CallKind.Failed, "http_error");
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ManualClock _clock = new();
    private readonly LaneGate _gate;
    private readonly Lane _lane;

    public LaneRoomTests()
    {
        _gate = new(new("brandone0001", "px_one"), LaneState.New, new(Failures: 3, Pause: TimeSpan.FromSeconds(30)), _clock);
        _lane = new(_gate, new() { LaneQueue = Queue, LaneBurst = Burst }, _clock);
    }

    [Theory]
    [InlineData("new", Burst)]
    [InlineData("worked", Burst)]
    [InlineData("worked, failed", Queue)]
    [InlineData("failed, failed, worked", Burst)]
    [InlineData("failed, failed, failed", Queue)]
    [InlineData("worked, throttled", Queue)]
    [InlineData("limit near", Burst)]
    [InlineData("limit used up", Queue)]
    [InlineData("refused", Queue)]
    public void A_lane_takes_a_burst_only_where_it_flows(string past, int room)
    {
        Live(past);

        Fill(Purchase).ShouldBe(room);
    }

    [Theory]
    [InlineData("new", Burst)]
    [InlineData("worked", Burst)]
    [InlineData("worked, failed", Queue)]
    [InlineData("failed, failed, worked", Burst)]
    [InlineData("failed, failed, failed", Queue)]
    [InlineData("worked, throttled", Queue)]
    [InlineData("limit near", Burst)]
    [InlineData("limit used up", Queue)]
    [InlineData("refused", Queue)]
    public void Browser_events_leave_the_last_places_to_purchases(string past, int room)
    {
        Live(past);

        Fill(Checkout).ShouldBe(room - KeptForPurchases);
        Fill(Purchase).ShouldBe(KeptForPurchases);
    }

    [Fact]
    public void A_lane_that_stops_to_flow_takes_no_more_until_what_waits_is_fewer_than_its_queue()
    {
        Fill(Purchase).ShouldBe(Burst);
        Report(Failed);

        _lane.Take(Burst - Queue).Count.ShouldBe(Burst - Queue);
        Fill(Purchase).ShouldBe(0);

        _lane.Take(1).Count.ShouldBe(1);
        Fill(Purchase).ShouldBe(1);
    }

    [Fact]
    public void While_a_probe_is_at_work_nothing_flows()
    {
        for (var i = 0; i < 3; i++)
            Report(Failed);
        _clock.Advance(TimeSpan.FromSeconds(30));

        var probe = _gate.TryEnter().ShouldNotBeNull();
        _gate.Flows.ShouldBeFalse();
        probe.Report(Worked);
        probe.Leave();

        _gate.Flows.ShouldBeTrue();
    }

    public void Dispose() => _lane.Dispose();

    /// <summary>Lets a lane make the calls named.</summary>
    private void Live(string past)
    {
        foreach (var call in past.Split(", "))
        {
            if (call != "new")
                Report(SignalOf(call));
        }
    }

    private static CallSignal SignalOf(string call) => call switch
    {
        "worked" => Worked,
        "failed" => Failed,
        "throttled" => new(CallKind.Throttled, "throttled", Pause),
        "limit near" => new(CallKind.Worked, "", UsagePercent: 80),
        "limit used up" => new(CallKind.Worked, "", Pause, UsagePercent: 100),
        "refused" => new(CallKind.Refused, "token_invalid"),
        _ => throw new ArgumentOutOfRangeException(nameof(call), call, "No such call."),
    };

    /// <summary>Adds events until the lane takes no more; how many it took.</summary>
    private int Fill(Func<string, Schemas.DispatchReady> make)
    {
        for (var added = 0; ; added++)
        {
            added.ShouldBeLessThanOrEqualTo(Burst, "a lane is bounded");
            if (!_lane.TryAdd(Waiting(make(Guid.NewGuid().ToString()))))
                return added;
        }
    }

    private void Report(CallSignal call)
    {
        var permit = _gate.TryEnter().ShouldNotBeNull();
        permit.Report(call);
        permit.Leave();
    }
}
