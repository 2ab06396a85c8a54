using System.Diagnostics;
using OpenTelemetry.Trace;
using TrackHub.Platform.Telemetry;

namespace TrackHub.Platform.Tests.Telemetry;

public sealed class IngressSamplerTests
{
    private static readonly ActivityTraceId Trace = ActivityTraceId.CreateRandom();

    [Theory]
    [InlineData(ActivityTraceFlags.None)]
    [InlineData(ActivityTraceFlags.Recorded)]
    public void A_request_that_has_a_span_was_chosen(ActivityTraceFlags asked) =>
        Decide(ActivityKind.Server, new(Trace, ActivitySpanId.CreateRandom(), asked, isRemote: true)).ShouldBeTrue();

    [Theory]
    [InlineData(ActivityKind.Consumer)]
    [InlineData(ActivityKind.Producer)]
    [InlineData(ActivityKind.Client)]
    public void What_follows_obeys_the_flag_it_finds(ActivityKind kind)
    {
        Decide(kind, new(Trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true)).ShouldBeTrue();
        Decide(kind, new(Trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, isRemote: false)).ShouldBeFalse();
    }

    [Fact]
    public void Work_that_belongs_to_no_event_is_not_traced() => Decide(ActivityKind.Client, default).ShouldBeFalse();

    private static bool Decide(ActivityKind kind, ActivityContext parent) =>
        new IngressSampler().ShouldSample(new(parent, Trace, "span", kind)).Decision is SamplingDecision.RecordAndSample;
}
