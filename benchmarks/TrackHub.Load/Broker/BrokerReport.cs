using System.Globalization;
using System.Text.Json;
using TrackHub.Load.Reporting;

namespace TrackHub.Load.Broker;

/// <summary>A run of the broker scenario as text: tables for people, a line of JSON each for programs.</summary>
/// <param name="throughputs">Throughputs, a floor before the target it is a floor of.</param>
/// <param name="figures">The other figures.</param>
internal sealed class BrokerReport(IReadOnlyList<BrokerThroughput> throughputs, IReadOnlyList<BrokerFigure> figures)
{
    /// <summary>Beginning of a floor's name.</summary>
    public const string FloorPrefix = "floor: ";

    /// <summary>Both as Markdown tables.</summary>
    public IEnumerable<string> Table()
    {
        yield return "| target               | client              | load    | runs |  records/s |    slowest |    fastest | ratio | CPU s/M |";
        yield return "|----------------------|---------------------|---------|-----:|-----------:|-----------:|-----------:|------:|--------:|";
        foreach (var t in throughputs)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"| {t.Target,-20} | {t.Client,-19} | {t.Load,-7} | {t.Runs,4} | {t.Rate,10:N0} | {t.Slowest,10:N0} | {t.Fastest,10:N0} | {RatioOf(t),5:0.00} | {t.CpuSeconds,7:0.000} |");
        }

        yield return "";
        yield return "| figure                                              |     value | unit | goal |";
        yield return "|-----------------------------------------------------|----------:|------|-----:|";
        foreach (var f in figures)
            yield return string.Create(CultureInfo.InvariantCulture, $"| {f.Name,-51} | {f.Value,9:0.###} | {f.Unit,-4} | {f.Goal,4:0.##} |");
    }

    /// <summary>Both as JSON, one object a line.</summary>
    public IEnumerable<string> JsonLines() =>
    [
        .. throughputs.Select(t => JsonSerializer.Serialize(new
        {
            scenario = "broker",
            target = t.Target,
            client = t.Client,
            load = t.Load,
            runs = t.Runs,
            rate = Math.Round(t.Rate),
            slowest = Math.Round(t.Slowest),
            fastest = Math.Round(t.Fastest),
            ratio = RatioOf(t) is { } ratio ? Math.Round(ratio, 3) : (double?)null,
            cpu_seconds_per_million = Math.Round(t.CpuSeconds, 4),
        })),
        .. figures.Select(static f => JsonSerializer.Serialize(new { scenario = "broker", figure = f.Name, value = Math.Round(f.Value, 3), unit = f.Unit, goal = f.Goal })),
    ];

    /// <summary>Writes both into a directory, made if need be, with what it was measured on.</summary>
    public Task WriteAsync(string directory, string command, CancellationToken cancellationToken) =>
        SavedReport.WriteAsync(directory, "broker", command, Table(), JsonLines(), cancellationToken);

    /// <summary>Throughput over that of the floor under the same client and load; null for floors and where there is none.</summary>
    internal double? RatioOf(BrokerThroughput target)
    {
        var floor = throughputs.FirstOrDefault(t => t.Target.StartsWith(FloorPrefix, StringComparison.Ordinal) && t.Client == target.Client && t.Load == target.Load);
        return floor is null || ReferenceEquals(floor, target) ? null : target.Rate / floor.Rate;
    }
}
