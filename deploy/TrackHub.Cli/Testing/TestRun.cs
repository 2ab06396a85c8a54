using System.Globalization;
using System.Xml.Linq;

namespace TrackHub.Cli.Testing;

/// <summary>What became of one test project.</summary>
/// <param name="Project">Its name.</param>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Skipped">Tests that were skipped.</param>
/// <param name="Failures">Tests that failed, and whatever kept the project from running whole.</param>
internal sealed record TestRun(string Project, int Passed, int Skipped, IReadOnlyList<TestFailure> Failures)
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>What the runner notes of a run whose host ended, by itself or because nothing moved any more.</summary>
    private const string Aborted = "test run was aborted";

    /// <summary>Reads a result file (Visual Studio's TRX format).</summary>
    /// <param name="project">The project that wrote it.</param>
    /// <param name="trx">Its text.</param>
    /// <param name="exitCode">Exit code of the runner: not 0 without a failed test means that the run itself failed.</param>
    /// <param name="said">What the runner printed: of a run that it ended itself, which tests ran then.</param>
    public static TestRun Read(string project, string trx, int exitCode, string said)
    {
        var results = XDocument.Parse(trx).Descendants(Trx + "UnitTestResult").ToList();
        var failures = results.Where(static result => Outcome(result) is not ("Passed" or "NotExecuted")).Select(static result => new TestFailure(
            (string?)result.Attribute("testName") ?? "", Text(result, "Message"), Text(result, "StackTrace"))).ToList();
        var errors = RunErrors(trx);
        if (exitCode != 0 && (failures.Count == 0 || errors.Contains(Aborted, StringComparison.Ordinal)))
            failures.Add(new(project, string.Create(CultureInfo.InvariantCulture, $"the run ended with code {exitCode}: {errors}"), said));
        return new(project, results.Count(static result => Outcome(result) == "Passed"), results.Count(static result => Outcome(result) == "NotExecuted"), failures);
    }

    /// <summary>A project that did not run: counts as a failure.</summary>
    public static TestRun NotRun(string project, string why) => new(project, 0, 0, [new(project, why, "")]);

    private static string? Outcome(XElement result) => (string?)result.Attribute("outcome");

    private static string Text(XElement result, string name) => result.Descendants(Trx + name).FirstOrDefault()?.Value.Trim() ?? "";

    private static string RunErrors(string trx) =>
        string.Join(" ", XDocument.Parse(trx).Descendants(Trx + "RunInfo").Where(static info => (string?)info.Attribute("outcome") == "Error").Select(static info => info.Value.Trim()));
}

/// <summary>One failure.</summary>
/// <param name="Name">The test.</param>
/// <param name="Message">What it says.</param>
/// <param name="Stack">Where.</param>
internal sealed record TestFailure(string Name, string Message, string Stack);
