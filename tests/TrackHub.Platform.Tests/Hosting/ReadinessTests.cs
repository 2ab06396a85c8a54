using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Tests.Hosting;

public sealed class ReadinessTests
{
    [Fact]
    public void A_dependency_may_be_away_while_its_stand_in_serves_and_is_shown_as_away()
    {
        var readiness = new Readiness(TimeProvider.System);
        readiness.Report("kafka", ready: false, "gone");
        readiness.StandIn("kafka", "spool");
        readiness.IsReady.ShouldBeFalse("the stand-in has not reported");

        readiness.Report("spool", ready: true);
        readiness.IsReady.ShouldBeTrue();
        readiness.States["kafka"].Ready.ShouldBeFalse();

        readiness.Report("spool", ready: false, "full");
        readiness.IsReady.ShouldBeFalse();
        readiness.Report("kafka", ready: true);
        readiness.IsReady.ShouldBeFalse("a stand-in is a dependency too");
    }
}
