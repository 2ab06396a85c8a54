using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using TrackHub.Cli.Output;

namespace TrackHub.Cli.Testing;

/// <summary><c>test</c>: every test project of the repository, and what became of them in one line.</summary>
/// <remarks>
/// Three at once, most of their time is waiting: the longest from the beginning, beside it the quick ones, then those that start servers and whole systems. At
/// last, alone on the machine, those that stop processes in the midst of their work.
/// </remarks>
internal static class TestCommand
{
    /// <summary>Variable that asks fault tests for their full rounds and durations.</summary>
    public const string FullVariable = "TRACKHUB_TEST_FULL";

    private const int AtOnce = 3;

    /// <summary>How long nothing may begin or end in a project before its run is ended, its running tests named.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(6), FullSilence = TimeSpan.FromMinutes(45);

    /// <summary>How long what a runner left behind may keep its output open.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var full = new Option<bool>("--full") { Description = "Fault tests at full rounds and durations." };
        var command = new Command("test", "Runs every test; ends with `N passed, N failed, N skipped`.") { full };
        command.SetAction((call, cancellationToken) => RunAsync(call, call.GetValue(full), cancellationToken));
        return command;
    }

    /// <summary>The last line of a run: what came of all projects.</summary>
    internal static string Summary(IReadOnlyCollection<TestRun> runs) =>
        $"{runs.Sum(static r => r.Passed)} passed, {runs.Sum(static r => r.Failures.Count)} failed, {runs.Sum(static r => r.Skipped)} skipped";

    private static async Task<int> RunAsync(ParseResult call, bool full, CancellationToken cancellationToken)
    {
        var (printer, clock, gate) = (Printer.Of(call), TimeProvider.System, new Lock());
        var results = Directory.CreateTempSubdirectory("trackhub-test-").FullName;
        try
        {
            var runs = new ConcurrentQueue<TestRun>();
            foreach (var stage in Projects(Clone.Root()).GroupBy(static project => project.Group is Group.Alone))
            {
                await Parallel.ForEachAsync(
                    stage, new ParallelOptions { MaxDegreeOfParallelism = stage.Key ? 1 : AtOnce, CancellationToken = cancellationToken },
                    async (project, _) => runs.Enqueue(await RunAsync(project)));
            }

            printer.Line(Summary(runs));
            return runs.Any(static run => run.Failures.Count > 0) ? 1 : 0;
        }
        finally
        {
            Directory.Delete(results, recursive: true);
        }

        async Task<TestRun> RunAsync(TestProject project)
        {
            if (project.Group is not Group.Quick) printer.Say($"running {project.Name}");
            var started = clock.GetTimestamp();
            var run = await TestCommand.RunAsync(project, results, full, cancellationToken);
            lock (gate)
            {
                printer.Say($"{project.Name}: {Summary([run])} in {clock.GetElapsedTime(started).TotalSeconds:0.0} s");
                foreach (var failure in run.Failures) Print(printer, run, failure);
            }

            return run;
        }
    }

    /// <summary>Every test project in the order of its run; by the same names that make a project a test project in Directory.Build.props.</summary>
    private static IEnumerable<TestProject> Projects(string root) =>
        Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.csproj", SearchOption.AllDirectories)
            .Select(static path => (Name: Path.GetFileNameWithoutExtension(path), Folder: Path.GetDirectoryName(path)!))
            .Where(static project => GroupOf(project.Name) is not null)
            .Select(static project => new TestProject(project.Name, Clone.Assembly(project.Folder, project.Name), GroupOf(project.Name)!.Value))
            .OrderBy(static project => project.Group).ThenBy(static project => project.Name, StringComparer.Ordinal);

    private static Group? GroupOf(string project) => project switch
    {
        "TrackHub.Faults" => Group.Alone,
        "TrackHub.EndToEnd" => Group.Longest,
        "TrackHub.Browser" or "TrackHub.Integration" or "TrackHub.Interop" => Group.Systems,
        _ when project.EndsWith(".Tests", StringComparison.Ordinal) || project.EndsWith(".Faults", StringComparison.Ordinal) => Group.Quick,
        _ => null,
    };

    private static async Task<TestRun> RunAsync(TestProject project, string results, bool full, CancellationToken cancellationToken)
    {
        if (!File.Exists(project.Assembly)) return TestRun.NotRun(project.Name, $"{project.Assembly} is not built: run `./trackhub test`, which builds it.");

        var silence = (full ? FullSilence : Silence).TotalMilliseconds;
        var start = new ProcessStartInfo(
            "dotnet",
            [
                "vstest", project.Assembly, $"--logger:trx;LogFileName={project.Name}.trx", $"--ResultsDirectory:{results}",
                $"--Blame:CollectHangDump;TestTimeout={silence:0}ms;HangDumpType=None",
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        // Most processes of a run end before compiling a method again, with a profile or for 30 calls, has paid for itself; what is called 512 times
        // (hexadecimal) is. Their children inherit it. Measured in benchmarks/results, starts.md.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_CallCountThreshold"] = "200";
        if (full) start.Environment[FullVariable] = "1";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        var said = $"{await LastWordsAsync(output)}{await LastWordsAsync(error)}".Trim();

        var trx = Path.Combine(results, project.Name + ".trx");
        return File.Exists(trx)
            ? TestRun.Read(project.Name, await File.ReadAllTextAsync(trx, cancellationToken), process.ExitCode, said)
            : TestRun.NotRun(project.Name, $"the runner ended with code {process.ExitCode} and wrote no results: {said}");
    }

    private static async Task<string> LastWordsAsync(Task<string> output)
    {
        try
        {
            return await output.WaitAsync(LastWords);
        }
        catch (TimeoutException)
        {
            return "(a process that the tests left behind keeps the runner's output open)";
        }
    }

    private static void Print(Printer printer, TestRun run, TestFailure failure)
    {
        if (printer.Json)
        {
            printer.Card(failure, new Column<TestFailure>("project", _ => run.Project), new("test", static f => f.Name), new("message", static f => f.Message), new("stack", static f => f.Stack));
            return;
        }

        printer.Line($"FAILED {failure.Name}");
        foreach (var line in $"{failure.Message}\n{failure.Stack}".Split('\n', StringSplitOptions.RemoveEmptyEntries)) printer.Line("  " + line.TrimEnd());
    }

    private enum Group
    {
        Longest,
        Quick,
        Systems,
        Alone,
    }

    private sealed record TestProject(string Name, string Assembly, Group Group);
}
