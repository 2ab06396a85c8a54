using TrackHub.Platform.Hosting;
using TrackHub.Testing;

namespace TrackHub.Platform.Tests.Hosting;

public sealed class RoleHealthTests
{
    [Fact]
    public void A_loop_that_stops_turning_is_stuck_until_it_turns_or_ends_in_order()
    {
        var clock = new ManualClock();
        var health = new RoleHealth(clock);
        health.Beat("a");
        health.Beat("b");

        clock.Advance(RoleHealth.Patience);
        health.Stuck.ShouldBeEmpty();
        clock.Advance(TimeSpan.FromTicks(1));
        health.Beat("a");
        health.Stuck.ShouldBe(["b"]);
        health.Ended("b");
        health.Stuck.ShouldBeEmpty();
    }
}
