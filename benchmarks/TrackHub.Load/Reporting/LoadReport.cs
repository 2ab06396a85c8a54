using System.Globalization;
using System.Text.Json;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Reporting;

/// <summary>A run as text: a table for people, a line of JSON each for programs.</summary>
/// <param name="scenario">Scenario.</param>
/// <param name="settings">How hard and how long.</param>
/// <param name="measurements">What was measured, each target after its floor.</param>
internal sealed class LoadReport(string scenario, LoadSettings settings, IReadOnlyList<Measurement> measurements)
{
    private const string FloorPrefix = "floor: ";

    /// <summary>The measurements as a Markdown table; times in milliseconds.</summary>
    public IEnumerable<string> Table()
    {
        yield return "| target                 | loop   | conn |   rate/s |    p50 |    p90 |    p99 |  p99.9 |     max | late p99 | ratio | errors |";
        yield return "|------------------------|--------|-----:|---------:|-------:|-------:|-------:|-------:|--------:|---------:|------:|--------|";
        foreach (var m in measurements)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"| {m.Target,-22} | {Loop(m),-6} | {m.Connections,4} | {m.Rate,8:N0} | {Ms(m, 0.5),6} | {Ms(m, 0.9),6} | {Ms(m, 0.99),6} | {Ms(m, 0.999),6} | {Ms(m, 1),7} | {Late(m),8} | {RatioOf(m),5:0.00} | {ErrorsOf(m)} |");
        }
    }

    /// <summary>The measurements as JSON, one object a line; times in milliseconds.</summary>
    public IEnumerable<string> JsonLines() => measurements.Select(m => JsonSerializer.Serialize(new
    {
        scenario,
        target = m.Target,
        loop = Loop(m),
        connections = m.Connections,
        wanted_rate = m.WantedRate,
        rate = Math.Round(m.Rate, 1),
        count = m.Latency.Count,
        seconds = Math.Round(m.Elapsed.TotalSeconds, 3),
        p50 = Number(m, 0.5),
        p75 = Number(m, 0.75),
        p90 = Number(m, 0.9),
        p99 = Number(m, 0.99),
        p999 = Number(m, 0.999),
        max = Number(m, 1),
        late_p99 = m.Mode is LoadMode.Open ? Math.Round(m.Lateness.Percentile(0.99).TotalMilliseconds, 3) : (double?)null,
        ratio = RatioOf(m) is { } ratio ? Math.Round(ratio, 3) : (double?)null,
        errors = m.Errors,
    }));

    /// <summary>Writes both into a directory, made if need be, with what it was measured on.</summary>
    public Task WriteAsync(string directory, CancellationToken cancellationToken) => SavedReport.WriteAsync(
        directory,
        scenario,
        string.Create(
            CultureInfo.InvariantCulture,
            $"./trackhub load {scenario} --rate {settings.Rate} --duration {settings.Duration.TotalSeconds:0} --warmup {settings.WarmUp.TotalSeconds:0} --connections {string.Join(',', measurements.Select(static m => m.Connections).Distinct())} --save"),
        Table(),
        JsonLines(),
        cancellationToken);

    /// <summary>Against the first floor of the same loop and connections: median latency over its, or throughput over its. Null for floors themselves.</summary>
    internal double? RatioOf(Measurement m)
    {
        var floor = measurements.FirstOrDefault(f => f.Target.StartsWith(FloorPrefix, StringComparison.Ordinal) && f.Mode == m.Mode && f.Connections == m.Connections);
        if (floor is null || m.Target.StartsWith(FloorPrefix, StringComparison.Ordinal))
            return null;
        var (ours, its) = m.Mode is LoadMode.Open ? (m.Latency.Percentile(0.5).TotalMilliseconds, floor.Latency.Percentile(0.5).TotalMilliseconds) : (m.Rate, floor.Rate);
        return its > 0 ? ours / its : null;
    }

    private static string Loop(Measurement m) => m.Mode is LoadMode.Open ? "open" : "closed";

    // Reading a topic has no latency of its own.
    private static bool HasLatency(Measurement m) => m.Latency.Max > TimeSpan.Zero;

    private static double? Number(Measurement m, double share) => HasLatency(m) ? Math.Round(m.Latency.Percentile(share).TotalMilliseconds, 3) : null;

    private static string Ms(Measurement m, double share) => Number(m, share)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";

    private static string Late(Measurement m) =>
        m.Mode is LoadMode.Open ? m.Lateness.Percentile(0.99).TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture) : "";

    private static string ErrorsOf(Measurement m) => string.Join(", ", m.Errors.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => $"{e.Value} {e.Key}"));
}
