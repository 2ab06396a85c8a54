using System.Diagnostics;
using TrackHub.Platform.Telemetry;

namespace TrackHub.Platform.Tests.Telemetry;

public sealed class RequestTraceTests
{
    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true)]
    [InlineData("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later", false)]   // a future version
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false)]
    [InlineData("|legacy.1.", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_a_valid_traceparent_is_believed_and_never_what_it_says_of_recording(string? header, bool believed)
    {
        var caller = RequestTrace.CallerOf(header);

        (caller != default).ShouldBe(believed);
        caller.TraceFlags.ShouldBe(ActivityTraceFlags.None);
        caller.TraceState.ShouldBeNull();
    }

    [Fact]
    public void Work_has_a_trace_of_its_own_unless_it_is_in_one()
    {
        using (var own = RequestTrace.StartOwn().ShouldNotBeNull())
        {
            own.Recorded.ShouldBeFalse();
            RequestTrace.StartOwn().ShouldBeNull();
        }

        Activity.Current.ShouldBeNull();
    }
}
