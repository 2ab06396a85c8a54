using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using BenchmarkDotNet.Running;

namespace TrackHub.Benchmarks.Reporting;

/// <summary>Rows as text: a table for people, a line of JSON each for programs.</summary>
internal static class ResultFiles
{
    /// <summary>The rows as a Markdown table.</summary>
    public static IEnumerable<string> Table(IReadOnlyList<OperationRow> rows)
    {
        var width = rows.Max(static row => row.Operation.Length);
        yield return $"| {"operation".PadRight(width)} |      median |  deviation | ratio |  allocated |";
        yield return $"|-{new string('-', width)}-|------------:|-----------:|------:|-----------:|";
        foreach (var row in rows)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"| {row.Operation.PadRight(width)} | {row.MedianNanoseconds,8:N0} ns | {row.DeviationNanoseconds,7:N0} ns | {row.Ratio,5:0.00} | {row.AllocatedBytes,8:N0} B |");
        }
    }

    /// <summary>The rows as JSON, one object a line; times in nanoseconds.</summary>
    public static IEnumerable<string> JsonLines(IReadOnlyList<OperationRow> rows) => rows.Select(static row => JsonSerializer.Serialize(new
    {
        operation = row.Operation,
        median_ns = Math.Round(row.MedianNanoseconds, 1),
        deviation_ns = Math.Round(row.DeviationNanoseconds, 1),
        ratio = row.Ratio is { } ratio ? Math.Round(ratio, 3) : (double?)null,
        allocated_bytes = row.AllocatedBytes,
    }));

    /// <summary>Writes both into a directory, made if need be, each with what it was measured on.</summary>
    public static void Write(string directory, bool quick, IReadOnlyList<OperationRow> rows)
    {
        Directory.CreateDirectory(directory);
        IReadOnlyList<string> head =
        [
            $"Command: `./trackhub bench{(quick ? " --quick" : "")} --save`",
            "",
            $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {ProcessorName()}, {Environment.ProcessorCount} cores, "
                + $"BenchmarkDotNet {typeof(BenchmarkRunner).Assembly.GetName().Version!.ToString(fieldCount: 3)}, in process",
            "",
        ];
        File.WriteAllLines(Path.Combine(directory, "bench.md"), head.Concat(Table(rows)));
        File.WriteAllLines(Path.Combine(directory, "bench.jsonl"), JsonLines(rows));
    }

    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "processor unknown";
}
