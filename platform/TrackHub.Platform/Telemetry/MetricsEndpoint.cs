using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace TrackHub.Platform.Telemetry;

/// <summary>Collects the process's metrics as Prometheus text when asked. Singleton, thread-safe: one collection at a time.</summary>
internal sealed class MetricsEndpoint : IDisposable
{
    private const int CollectLimitMs = 5_000;

    private readonly Lock _gate = new();
    private readonly TextExporter _exporter = new();
    private readonly MeterProvider _meters;

    /// <param name="build">Builds the provider around the exporter it is given.</param>
    public MetricsEndpoint(Func<BaseExporter<Metric>, MeterProvider> build) => _meters = build(_exporter);

    /// <summary>All metrics now.</summary>
    /// <param name="openMetrics">In OpenMetrics, else in the text format that every Prometheus reads.</param>
    public string Collect(bool openMetrics = false)
    {
        lock (_gate)
        {
            _exporter.OpenMetrics = openMetrics;
            _exporter.Collect?.Invoke(CollectLimitMs);
            return _exporter.Text;
        }
    }

    public void Dispose()
    {
        _meters.Shutdown((int)TelemetryRegistration.LastExportLimit.TotalMilliseconds);
        _meters.Dispose();
    }

    [ExportModes(ExportModes.Pull)]
    private sealed class TextExporter : BaseExporter<Metric>, IPullMetricExporter
    {
        public string Text { get; private set; } = "";

        public bool OpenMetrics { get; set; }

        /// <summary>Set by the reader: starts a collection, which calls <see cref="Export"/>.</summary>
        public Func<int, bool>? Collect { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            Text = new PrometheusText(OpenMetrics).Of(batch, ParentProvider.GetResource());
            return ExportResult.Success;
        }
    }
}
