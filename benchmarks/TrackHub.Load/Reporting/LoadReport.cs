using System.Globalization;
using System.Text.Json;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Reporting;

/// <summary>A run as text: a table for people, a line of JSON each for programs.</summary>
/// <param name="scenario">Scenario.</param>
/// <param name="settings">How hard and how long.</param>
/// <param name="measurements">What was measured.</param>
internal sealed class LoadReport(string scenario, LoadSettings settings, IReadOnlyList<Measurement> measurements)
{
    private static readonly string[] YardstickPrefixes = ["floor: ", "peer: "];

    private readonly IReadOnlyList<string> _yardsticks = [.. measurements.Select(static m => m.Target).Where(IsYardstick).Distinct(StringComparer.Ordinal)];
    private readonly bool _isMetered = measurements.Any(static m => m.Cost is not null);

    /// <summary>The measurements as a Markdown table; times in milliseconds. A column for each yardstick holds the ratio to it.</summary>
    public IEnumerable<string> Table()
    {
        var ratios = _yardsticks.Select(static yardstick => "of " + ShortName(yardstick)).ToList();
        var costs = _isMetered ? " cpu µs | alloc B | resident MB |" : "";
        yield return $"| target                         | loop   | conn |   rate/s |    p50 |    p90 |    p95 |    p99 |  p99.9 |     max | late p99 |{string.Concat(ratios.Select(static name => $" {name} |"))}{costs} errors |";
        yield return $"|--------------------------------|--------|-----:|---------:|-------:|-------:|-------:|-------:|-------:|--------:|---------:|{string.Concat(ratios.Select(static name => new string('-', name.Length + 1) + ":|"))}{(_isMetered ? "-------:|--------:|------------:|" : "")}--------|";
        foreach (var m in measurements)
        {
            var of = string.Concat(_yardsticks.Select((yardstick, i) => $" {RatioOf(m, yardstick)?.ToString("0.00", CultureInfo.InvariantCulture).PadLeft(ratios[i].Length) ?? new(' ', ratios[i].Length)} |"));
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"| {Label(m),-30} | {Loop(m),-6} | {m.Connections,4} | {m.Rate,8:N0} | {Ms(m, 0.5),6} | {Ms(m, 0.9),6} | {Ms(m, 0.95),6} | {Ms(m, 0.99),6} | {Ms(m, 0.999),6} | {Ms(m, 1),7} | {Late(m),8} |{of}{CostOf(m)} {ErrorsOf(m)} |");
        }

        foreach (var m in measurements.Where(static m => m.Figures.Count > 0))
        {
            yield return "";
            yield return $"{Label(m)}: {string.Join(", ", m.Figures.Select(static f => string.Create(CultureInfo.InvariantCulture, $"{f.Name} {f.Value:0.###}")))}.";
        }
    }

    /// <summary>The measurements as JSON, one object a line; times in milliseconds.</summary>
    public IEnumerable<string> JsonLines() => measurements.Select(m => JsonSerializer.Serialize(new
    {
        scenario,
        target = m.Target,
        item = m.Item,
        loop = Loop(m),
        connections = m.Connections,
        wanted_rate = m.WantedRate,
        rate = Math.Round(m.Rate, 1),
        count = m.Latency.Count,
        seconds = Math.Round(m.Elapsed.TotalSeconds, 3),
        p50 = Number(m, 0.5),
        p75 = Number(m, 0.75),
        p90 = Number(m, 0.9),
        p95 = Number(m, 0.95),
        p99 = Number(m, 0.99),
        p999 = Number(m, 0.999),
        max = Number(m, 1),
        late_p99 = m.Mode is LoadMode.Open ? Math.Round(m.Lateness.Percentile(0.99).TotalMilliseconds, 3) : (double?)null,
        ratios = _yardsticks.Select(yardstick => (Name: ShortName(yardstick), Ratio: RatioOf(m, yardstick))).Where(static one => one.Ratio is not null)
            .ToDictionary(static one => one.Name, static one => Math.Round(one.Ratio!.Value, 3)),
        cpu_us = Rounded(m.Cost?.CpuMicroseconds),
        allocated_bytes = Rounded(m.Cost?.AllocatedBytes),
        resident_mb = Rounded(m.Cost?.ResidentMegabytes),
        figures = m.Figures.ToDictionary(static f => f.Name, static f => Math.Round(f.Value, 4)),
        errors = m.Errors,
    }));

    /// <summary>Writes both into a directory, made if need be, with what it was measured on.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="givenRate">Rate of the open loop as it was asked for; null if it was not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task WriteAsync(string directory, int? givenRate, CancellationToken cancellationToken) => SavedReport.WriteAsync(
        directory,
        scenario,
        string.Create(
            CultureInfo.InvariantCulture,
            $"./trackhub load {scenario}{(givenRate is { } rate ? $" --rate {rate}" : "")} --duration {settings.Duration.TotalSeconds:0} --warmup {settings.WarmUp.TotalSeconds:0} --connections {string.Join(',', measurements.Select(static m => m.Connections).Distinct())} --save"),
        Table(),
        JsonLines(),
        cancellationToken);

    /// <summary>Against a yardstick under the same item, loop and connections: median latency over its, or throughput over its. Null for the yardstick itself.</summary>
    internal double? RatioOf(Measurement m, string yardstick)
    {
        var other = measurements.FirstOrDefault(f => f.Target == yardstick && f.Item == m.Item && f.Mode == m.Mode && f.Connections == m.Connections);
        if (other is null || m.Target == yardstick)
            return null;
        var (ours, its) = m.Mode is LoadMode.Open ? (m.Latency.Percentile(0.5).TotalMilliseconds, other.Latency.Percentile(0.5).TotalMilliseconds) : (m.Rate, other.Rate);
        return its > 0 ? ours / its : null;
    }

    private static bool IsYardstick(string target) => YardstickPrefixes.Any(prefix => target.StartsWith(prefix, StringComparison.Ordinal));

    private static string ShortName(string yardstick) => yardstick[(yardstick.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static string Label(Measurement m) => m.Item.Length is 0 ? m.Target : $"{m.Item}, {m.Target}";

    private static string Loop(Measurement m) => m.Mode is LoadMode.Open ? "open" : "closed";

    // Reading a topic has no latency of its own.
    private static bool HasLatency(Measurement m) => m.Latency.Max > TimeSpan.Zero;

    private static double? Number(Measurement m, double share) => HasLatency(m) ? Math.Round(m.Latency.Percentile(share).TotalMilliseconds, 3) : null;

    private static double? Rounded(double? figure) => figure is { } value ? Math.Round(value, 1) : null;

    private static string Ms(Measurement m, double share) => Number(m, share)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";

    private static string Late(Measurement m) =>
        m.Mode is LoadMode.Open ? m.Lateness.Percentile(0.99).TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture) : "";

    private string CostOf(Measurement m)
    {
        if (!_isMetered)
            return "";
        return m.Cost is { } cost
            ? string.Create(CultureInfo.InvariantCulture, $" {cost.CpuMicroseconds,6:0.0} | {cost.AllocatedBytes,7:0} | {cost.ResidentMegabytes,11:0} |")
            : "        |         |             |";
    }

    private static string ErrorsOf(Measurement m) => string.Join(", ", m.Errors.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => $"{e.Value} {e.Key}"));
}
