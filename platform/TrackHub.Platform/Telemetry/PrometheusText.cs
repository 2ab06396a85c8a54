using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace TrackHub.Platform.Telemetry;

/// <summary>Writes metrics in the Prometheus text format 0.0.4, or in OpenMetrics 1.0.0 for whoever asks for it.</summary>
/// <remarks>
/// Formats: https://prometheus.io/docs/instrumenting/exposition_formats/, https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md.
/// Names, labels and what becomes of each kind: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/. Every point carries its meter
/// as <c>otel_scope_name</c>, so that two meters' points of one name stay two series; the process is told by <c>target_info</c>. The reader is cumulative, and
/// exponential histograms are configured nowhere.
/// </remarks>
internal sealed class PrometheusText(bool openMetrics)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
    public const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    // Meters may share a metric's name; its lines must stand together under one head.
    private readonly SortedDictionary<string, (string Type, StringBuilder Text)> _families = new(StringComparer.Ordinal);

    /// <summary>All metrics of a batch.</summary>
    public string Of(in Batch<Metric> batch, Resource resource)
    {
        foreach (var metric in batch)
            Append(metric);

        var text = new StringBuilder();
        AppendTarget(text, resource);
        foreach (var (_, family) in _families)
            text.Append(family.Text);
        return (openMetrics ? text.Append("# EOF\n") : text).ToString();
    }

    private void Append(Metric metric)
    {
        var type = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => "counter",
            MetricType.Histogram => "histogram",
            _ => "gauge",
        };
        var name = PrometheusNames.Metric(metric.Name, metric.Unit, type);
        if (!_families.TryGetValue(name, out var family))
            _families[name] = family = (type, Head(name, type, metric.Description));
        if (family.Type != type)
            return;   // two heads of one name are no valid answer; the first one stays

        var scope = new List<(string, string)> { ("otel_scope_name", metric.MeterName) };
        if (metric.MeterVersion is { Length: > 0 } version)
            scope.Add(("otel_scope_version", version));
        foreach (ref readonly var point in metric.GetMetricPoints())
            AppendPoint(family.Text, name, metric.MetricType, scope, in point);
    }

    /// <summary>The resource, an info metric: a gauge of value 1 where the format knows no infos.</summary>
    private void AppendTarget(StringBuilder text, Resource resource)
    {
        var (family, type) = openMetrics ? ("target", "info") : ("target_info", "gauge");
        text.Append($"# HELP {family} The process.\n# TYPE {family} {type}\n");
        Line(text, "target_info", Labels([], resource.Attributes.Select(static pair => KeyValuePair.Create(pair.Key, (object?)pair.Value))), 1);
    }

    private StringBuilder Head(string name, string type, string description)
    {
        // OpenMetrics names a counter's family without the ending of its samples.
        var family = openMetrics && type == "counter" ? name[..^"_total".Length] : name;
        return new StringBuilder().Append($"# HELP {family} {PrometheusNames.EscapeHelp(description, openMetrics)}\n# TYPE {family} {type}\n");
    }

    private static void AppendPoint(StringBuilder text, string name, MetricType type, List<(string, string)> scope, in MetricPoint point)
    {
        var tags = new List<KeyValuePair<string, object?>>(point.Tags.Count);
        foreach (var tag in point.Tags)
            tags.Add(tag);
        var labels = Labels(scope, tags);
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                Line(text, name, labels, point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                Line(text, name, labels, point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                Line(text, name, labels, point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleGauge:
                Line(text, name, labels, point.GetGaugeLastValueDouble());
                break;
            case MetricType.Histogram:
                var below = 0L;
                foreach (var bucket in point.GetHistogramBuckets())
                    Line(text, name + "_bucket", $"{labels},le=\"{PrometheusNames.Bound(bucket.ExplicitBound)}\"", below += bucket.BucketCount);
                Line(text, name + "_sum", labels, point.GetHistogramSum());
                Line(text, name + "_count", labels, point.GetHistogramCount());
                break;
            default:
                break;
        }
    }

    /// <summary>Labels as they stand between braces; tags whose names become one are joined by a semicolon, in the order of their names.</summary>
    private static string Labels(IEnumerable<(string Name, string Value)> first, IEnumerable<KeyValuePair<string, object?>> tags)
    {
        var labels = first.ToList();
        var named = tags.OrderBy(static tag => tag.Key, StringComparer.Ordinal).GroupBy(static tag => PrometheusNames.Label(tag.Key), StringComparer.Ordinal);
        labels.AddRange(named.Select(static group => (group.Key, string.Join(';', group.Select(static tag => Value(tag.Value))))));
        return string.Join(',', labels.Select(static label => $"{label.Name}=\"{PrometheusNames.Escape(label.Value)}\""));
    }

    private static string Value(object? value) =>
        value is bool flag ? flag ? "true" : "false" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append('{').Append(labels).Append("} ").Append(PrometheusNames.Number(value)).Append('\n');
}
