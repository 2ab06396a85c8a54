using System.Diagnostics;
using OpenTelemetry.Trace;

namespace TrackHub.Platform.Telemetry;

/// <summary>Traces begin at a request, by chance; everything after obeys the flag it finds. Thread-safe.</summary>
/// <remarks>
/// A request's own <c>traceparent</c> gives the trace id but not the decision: whoever can send requests could else have every one of them recorded, and
/// an id is chosen by the sender, so that a decision by id would be as well. Work without a trace, such as a poll of the directory, is not traced.
/// </remarks>
/// <param name="ratio">Share of requests, 0 to 1.</param>
internal sealed class IngressSampler(double ratio) : Sampler
{
    private static readonly SamplingResult Keep = new(SamplingDecision.RecordAndSample);
    private static readonly SamplingResult Drop = new(SamplingDecision.Drop);

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
#pragma warning disable CA5394 // Nobody gains from guessing it.
        if (samplingParameters.Kind is ActivityKind.Server)
            return Random.Shared.NextDouble() < ratio ? Keep : Drop;
#pragma warning restore CA5394

        // Shared work has no parent; it is started only for records that are sampled.
        var sampled = parent == default ? samplingParameters.Kind is ActivityKind.Consumer : parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
        return sampled ? Keep : Drop;
    }
}
