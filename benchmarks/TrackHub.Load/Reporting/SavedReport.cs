using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace TrackHub.Load.Reporting;

/// <summary>The files of a saved run.</summary>
internal static class SavedReport
{
    /// <summary>Writes <c>load-SCENARIO.md</c> and <c>load-SCENARIO.jsonl</c> into a directory, made if need be: the command, what it ran on, the figures.</summary>
    public static async Task WriteAsync(
        string directory, string scenario, string command, IEnumerable<string> table, IEnumerable<string> jsonLines, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        IReadOnlyList<string> head =
        [
            $"Command: `{command}`",
            "",
            $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} cores, librdkafka {Library.VersionString}",
            "",
        ];
        await File.WriteAllLinesAsync(Path.Combine(directory, $"load-{scenario}.md"), head.Concat(table), cancellationToken);
        await File.WriteAllLinesAsync(Path.Combine(directory, $"load-{scenario}.jsonl"), jsonLines, cancellationToken);
    }
}
