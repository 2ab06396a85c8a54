using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Testing;

public sealed class ManualClockTests
{
    [Fact]
    public async Task Delays_and_periodic_timers_end_when_the_clock_is_moved_past_them()
    {
        var clock = new ManualClock();
        var start = clock.GetTimestamp();
        var fired = new List<TimeSpan>();
        using var timer = clock.CreateTimer(_ => fired.Add(clock.GetElapsedTime(start)), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        var delay = Task.Delay(TimeSpan.FromSeconds(4), clock);

        clock.Advance(TimeSpan.FromSeconds(3.5));
        fired.ShouldBe([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)]);
        delay.IsCompleted.ShouldBeFalse();

        clock.Advance(TimeSpan.FromSeconds(0.5));
        await delay;
        clock.WaitingTimers.ShouldBe(1);
    }
}
