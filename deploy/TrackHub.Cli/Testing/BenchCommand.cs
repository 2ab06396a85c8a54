using System.CommandLine;

namespace TrackHub.Cli.Testing;

/// <summary><c>bench</c>: starts the benchmark program with what it was asked.</summary>
internal static class BenchCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var filter = new Argument<string?>("FILTER") { Description = "Part of an operation's name, for instance Encode; without it all run.", Arity = ArgumentArity.ZeroOrOne };
        var quick = new Option<bool>("--quick") { Description = "A minute instead of several: times are rough, allocation is exact." };
        var save = SavedResults.Option("bench.md and bench.jsonl");
        var command = new Command("bench", "Measures single operations: median, deviation, ratio to the baseline of the same run, bytes allocated.") { filter, quick, save };
        command.SetAction((call, cancellationToken) => MeasuringProgram.RunAsync(
            "TrackHub.Benchmarks",
            [
                .. call.GetValue(filter) is { } part ? [part] : Array.Empty<string>(),
                .. call.GetValue(quick) ? ["--quick"] : Array.Empty<string>(),
                .. call.GetValue(GlobalOptions.Json) ? ["--json"] : Array.Empty<string>(),
                .. call.GetValue(save) ? ["--save", SavedResults.Directory()] : Array.Empty<string>(),
            ],
            cancellationToken));
        return command;
    }
}
