using System.CommandLine;
using BenchmarkDotNet.Running;
using TrackHub.Benchmarks.Reporting;

namespace TrackHub.Benchmarks;

/// <summary>The program behind <c>trackhub bench</c>.</summary>
internal static class BenchmarksCommand
{
    private const int Failed = 1;

    /// <summary>Makes the command.</summary>
    public static RootCommand Create()
    {
        var filter = new Argument<string>("filter") { Description = "Part of an operation's name.", DefaultValueFactory = static _ => "" };
        var quick = new Option<bool>("--quick") { Description = "Seconds instead of minutes: times are rough, allocation is exact." };
        var save = new Option<string?>("--save") { Description = "Directory to write bench.md and bench.jsonl into.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "One JSON object a line instead of a table." };
        var command = new RootCommand("Measures single operations.") { filter, quick, save, json };
        command.SetAction(call => Run(call.GetValue(filter)!, call.GetValue(quick), call.GetValue(save), call.GetValue(json)));
        return command;
    }

    private static int Run(string filter, bool quick, string? save, bool json)
    {
        var operations = Operations.Holding(filter, BenchmarkSettings.Create(quick));
        if (operations.Count == 0)
        {
            Console.Error.WriteLine($"No operation's name holds '{filter}'.");
            return Failed;
        }

        var summaries = BenchmarkRunner.Run([.. operations]);
        var rows = summaries.SelectMany(OperationRow.Of).ToList();
        foreach (var line in json ? ResultFiles.JsonLines(rows) : ResultFiles.Table(rows))
            Console.Out.WriteLine(line);
        if (save is not null)
            ResultFiles.Write(save, quick, rows);
        return Array.Exists(summaries, static summary => summary.HasCriticalValidationErrors || summary.Reports.Any(static report => !report.Success)) ? Failed : 0;
    }
}
