using System.CommandLine;
using TrackHub.Cli.Output;

namespace TrackHub.Cli.Doctoring;

/// <summary><c>doctor</c>: everything TrackHub depends on, what is wrong with it and what to do.</summary>
internal static class DoctorCommand
{
    private static readonly Column<Finding>[] Columns =
    [
        new("check", static f => f.Check), new("verdict", static f => Word(f.Verdict)), new("found", static f => f.Found),
    ];

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("doctor", "Checks everything TrackHub depends on and names the remedy; exit code 1 if anything is at fault.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, CancellationToken cancellationToken)
    {
        var printer = Printer.Of(call);
        var findings = await Examination.RunAsync(call, cancellationToken);
        if (printer.Json)
        {
            printer.Table(findings, [.. Columns, new("remedy", static f => f.Remedy)]);
        }
        else
        {
            printer.Table(findings, Columns);
            foreach (var finding in findings.Where(static f => f.Remedy is not null)) printer.Line($"{Word(finding.Verdict)}  {finding.Check}: {finding.Remedy}");
        }

        var (faults, warnings) = (findings.Count(static f => f.Verdict is Verdict.Fault), findings.Count(static f => f.Verdict is Verdict.Warning));
        printer.Say($"{findings.Count} checks, {faults} fault(s), {warnings} warning(s).");
        return faults > 0 ? 1 : 0;
    }

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Warning => "warning",
        _ => "FAULT",
    };
}
