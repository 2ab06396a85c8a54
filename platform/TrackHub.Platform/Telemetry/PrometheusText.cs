using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace TrackHub.Platform.Telemetry;

/// <summary>Writes metrics in the Prometheus text format 0.0.4.</summary>
/// <remarks>
/// Format: https://prometheus.io/docs/instrumenting/exposition_formats/. Names and units:
/// https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/. Delta temporality is not handled: the reader is cumulative.
/// </remarks>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Of(in Batch<Metric> batch)
    {
        // Meters may share a metric's name; its lines must stand together under one head.
        var families = new SortedDictionary<string, StringBuilder>(StringComparer.Ordinal);
        foreach (var metric in batch)
        {
            var name = NameOf(metric);
            if (!families.TryGetValue(name, out var text))
                families[name] = text = Head(name, metric);
            foreach (ref readonly var point in metric.GetMetricPoints())
                AppendPoint(text, name, metric.MetricType, in point);
        }

        return string.Concat(families.Values);
    }

    /// <summary>The metric's name in Prometheus: unit at the end, <c>_total</c> behind a counter.</summary>
    internal static string Name(string name, string unit, bool isCounter)
    {
        var plain = Sanitize(name);
        var suffix = Unit(unit);
        if (suffix.Length > 0 && !plain.EndsWith(suffix, StringComparison.Ordinal))
            plain = $"{plain}_{suffix}";
        return isCounter && !plain.EndsWith("_total", StringComparison.Ordinal) ? plain + "_total" : plain;
    }

    /// <summary>A label value as it stands between quotes.</summary>
    internal static string Escape(string value) =>
        value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    internal static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string NameOf(Metric metric) =>
        Name(metric.Name, metric.Unit, metric.MetricType is MetricType.LongSum or MetricType.DoubleSum);

    private static StringBuilder Head(string name, Metric metric)
    {
        var type = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => "counter",
            MetricType.Histogram or MetricType.ExponentialHistogram => "histogram",
            _ => "gauge",
        };
        var help = metric.Description.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return new StringBuilder().Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");
    }

    private static void AppendPoint(StringBuilder text, string name, MetricType type, in MetricPoint point)
    {
        var labels = Labels(in point);
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
                    Line(text, name + "_bucket", Join(labels, $"le=\"{Number(bucket.ExplicitBound)}\""), below += bucket.BucketCount);
                Line(text, name + "_sum", labels, point.GetHistogramSum());
                Line(text, name + "_count", labels, point.GetHistogramCount());
                break;
            default:
                break;   // exponential histograms are not configured anywhere
        }
    }

    private static string Labels(in MetricPoint point)
    {
        var labels = "";
        foreach (var (key, value) in point.Tags)
            labels = Join(labels, $"{Sanitize(key)}=\"{Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")}\"");
        return labels;
    }

    private static string Join(string labels, string label) => labels.Length == 0 ? label : $"{labels},{label}";

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append(labels.Length == 0 ? "" : "{" + labels + "}").Append(' ').Append(Number(value)).Append('\n');

    private static string Sanitize(string name)
    {
        var plain = string.Create(name.Length, name, static (span, name) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsAsciiLetterOrDigit(name[i]) || name[i] is '_' or ':' ? name[i] : '_';
        });
        return plain.Length > 0 && char.IsAsciiDigit(plain[0]) ? "_" + plain : plain;
    }

    private static string Unit(string unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "" or "1" => "",
        _ when unit.StartsWith('{') => "",
        _ => Sanitize(unit),
    };
}
