using System.Diagnostics;
using OpenTelemetry.Trace;

namespace TrackHub.Platform.Telemetry;

/// <summary>
/// Traces begin at a request, whose span exists only where <see cref="RequestTrace"/> has decided so; everything after obeys the flag it finds. Work without a
/// trace, such as a poll of the directory, is not traced. Thread-safe.
/// </summary>
internal sealed class IngressSampler : Sampler
{
    private static readonly SamplingResult Keep = new(SamplingDecision.RecordAndSample);
    private static readonly SamplingResult Drop = new(SamplingDecision.Drop);

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        // Shared work has no parent; it is started only for records that are sampled.
        var parent = samplingParameters.ParentContext;
        var sampled = samplingParameters.Kind is ActivityKind.Server
            || (parent == default ? samplingParameters.Kind is ActivityKind.Consumer : parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
        return sampled ? Keep : Drop;
    }
}
