using System.Globalization;
using System.Text;

namespace TrackHub.Platform.Telemetry;

/// <summary>OpenTelemetry's names, units and numbers as Prometheus writes them.</summary>
/// <remarks>Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/.</remarks>
internal static class PrometheusNames
{
    private const string Total = "_total";

    // Units by their UCUM symbols, https://ucum.org/ucum.
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal)
    {
        ["d"] = "days",
        ["h"] = "hours",
        ["min"] = "minutes",
        ["s"] = "seconds",
        ["ms"] = "milliseconds",
        ["us"] = "microseconds",
        ["ns"] = "nanoseconds",
        ["By"] = "bytes",
        ["KiBy"] = "kibibytes",
        ["MiBy"] = "mebibytes",
        ["GiBy"] = "gibibytes",
        ["kBy"] = "kilobytes",
        ["MBy"] = "megabytes",
        ["GBy"] = "gigabytes",
        ["m"] = "meters",
        ["V"] = "volts",
        ["A"] = "amperes",
        ["J"] = "joules",
        ["W"] = "watts",
        ["g"] = "grams",
        ["Cel"] = "celsius",
        ["Hz"] = "hertz",
        ["%"] = "percent",
    };

    private static readonly Dictionary<string, string> PerUnits = new(StringComparer.Ordinal)
    {
        ["s"] = "second",
        ["min"] = "minute",
        ["h"] = "hour",
        ["d"] = "day",
    };

    /// <summary>A metric's name: its unit at the end, <c>_total</c> behind a counter.</summary>
    /// <param name="name">OpenTelemetry's name.</param>
    /// <param name="unit">UCUM unit; empty if none.</param>
    /// <param name="type">counter, gauge or histogram.</param>
    public static string Metric(string name, string unit, string type)
    {
        var plain = Plain(name, colons: true);
        var isCounter = type == "counter";
        if (isCounter && plain.EndsWith(Total, StringComparison.Ordinal))
            plain = plain[..^Total.Length];
        var suffix = unit == "1" ? type == "gauge" ? "ratio" : "" : Unit(unit);
        if (suffix.Length > 0 && plain != suffix && !plain.EndsWith("_" + suffix, StringComparison.Ordinal))
            plain = $"{plain}_{suffix}";
        return isCounter ? plain + Total : plain;
    }

    /// <summary>A label's name.</summary>
    public static string Label(string name) => Plain(name, colons: false);

    /// <summary>A label's value as it stands between quotes.</summary>
    public static string Escape(string value) =>
        value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    /// <summary>A description as it stands in its line; only OpenMetrics escapes quotes there.</summary>
    public static string EscapeHelp(string description, bool openMetrics) => openMetrics
        ? Escape(description)
        : description.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    /// <summary>A sample's value.</summary>
    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>A bucket's edge as OpenMetrics asks for it: a floating-point number, the same text whoever writes it.</summary>
    public static string Bound(double edge)
    {
        if (double.IsInfinity(edge))
            return Number(edge);
        if (Math.Abs(edge) is >= 1e6 or (> 0 and < 1e-4))
            return edge.ToString("0.################e+00", CultureInfo.InvariantCulture);
        var text = edge.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    private static string Unit(string unit)
    {
        // What stands in braces is a remark.
        var bare = new StringBuilder();
        var depth = 0;
        foreach (var c in unit)
        {
            depth += c == '{' ? 1 : 0;
            if (depth == 0)
                bare.Append(c);
            depth -= c == '}' ? 1 : 0;
        }

        var parts = bare.ToString().Split('/', 2);
        var of = Word(parts[0], Units);
        var per = parts.Length == 2 ? Word(parts[1], PerUnits) : "";
        return per.Length == 0 ? of : of.Length == 0 ? $"per_{per}" : $"{of}_per_{per}";
    }

    private static string Word(string symbol, Dictionary<string, string> known) =>
        known.TryGetValue(symbol, out var word) ? word : Plain(symbol, colons: false).Trim('_');

    /// <summary>Letters, digits and single underscores, no digit first.</summary>
    private static string Plain(string name, bool colons)
    {
        var plain = new StringBuilder(name.Length + 1);
        if (name.Length > 0 && char.IsAsciiDigit(name[0]))
            plain.Append('_');
        foreach (var c in name)
        {
            var next = char.IsAsciiLetterOrDigit(c) || (colons && c == ':') ? c : '_';
            if (next != '_' || plain.Length == 0 || plain[^1] != '_')
                plain.Append(next);
        }

        return plain.ToString();
    }
}
