using System.Diagnostics.Metrics;

namespace TrackHub.Platform.Hosting;

/// <summary>What every process says of itself: its dependencies and its loops. Singleton.</summary>
internal sealed class HostMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "TrackHub.Hosting";

    /// <summary>Makes the instruments.</summary>
    public HostMetrics(IMeterFactory meters, Readiness readiness, RoleHealth health)
    {
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge(
            "trackhub.dependency.ready",
            () => readiness.States.Select(static state => new Measurement<int>(state.Value.Ready ? 1 : 0, new KeyValuePair<string, object?>("dependency", state.Key))),
            unit: null,
            "1 while a dependency serves, 0 while the role waits for it.");
        meter.CreateObservableGauge("trackhub.loops.stuck", () => health.Stuck.Count, "{loop}", "Loops that have not turned for 30 s.");
    }
}
