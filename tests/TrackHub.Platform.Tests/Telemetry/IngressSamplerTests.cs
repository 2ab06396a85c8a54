using System.Diagnostics;
using OpenTelemetry.Trace;
using TrackHub.Platform.Telemetry;

namespace TrackHub.Platform.Tests.Telemetry;

public sealed class IngressSamplerTests
{
    private static readonly ActivityTraceId Trace = ActivityTraceId.CreateRandom();

    [Theory]
    [InlineData(1, ActivityTraceFlags.None, true)]
    [InlineData(0, ActivityTraceFlags.Recorded, false)]   // a stranger's wish
    public void A_request_is_sampled_by_our_ratio_alone(double ratio, ActivityTraceFlags asked, bool sampled) =>
        Decide(ratio, ActivityKind.Server, new(Trace, ActivitySpanId.CreateRandom(), asked, isRemote: true)).ShouldBe(sampled);

    [Theory]
    [InlineData(ActivityKind.Consumer)]
    [InlineData(ActivityKind.Producer)]
    [InlineData(ActivityKind.Client)]
    public void What_follows_obeys_the_flag_it_finds(ActivityKind kind)
    {
        Decide(0, kind, new(Trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, isRemote: true)).ShouldBeTrue();
        Decide(1, kind, new(Trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, isRemote: false)).ShouldBeFalse();
    }

    [Fact]
    public void Work_that_belongs_to_no_event_is_not_traced() => Decide(1, ActivityKind.Client, default).ShouldBeFalse();

    [Fact]
    public void A_ratio_in_between_takes_its_share()
    {
        var taken = Enumerable.Range(0, 10_000).Count(static _ => Decide(0.1, ActivityKind.Server, default));

        taken.ShouldBeInRange(800, 1_200);   // more than six standard deviations to each side
    }

    private static bool Decide(double ratio, ActivityKind kind, ActivityContext parent) =>
        new IngressSampler(ratio).ShouldSample(new(parent, Trace, "span", kind)).Decision is SamplingDecision.RecordAndSample;
}
