using System.Diagnostics;
using System.Globalization;

namespace TrackHub.Cli.Supervising;

/// <summary>How to start one supervised process.</summary>
/// <param name="FileName">Program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Environment">Variables added to ours.</param>
/// <param name="LogFile">Standard output and error are appended here.</param>
/// <param name="StopSignal">
/// Signal that ends a program which does not watch standard input (<c>INT</c> is PostgreSQL's fast stop); null for programs of ours, which do.
/// </param>
internal sealed record ProcessPlan(
    string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string LogFile, string? StopSignal = null)
{
    /// <summary>Done before each start: clears away what a dead predecessor left; null for nothing.</summary>
    public Action? Clear { get; init; }
}

/// <summary>One running process whose life is tied to ours: it stops when its standard input ends, so also when we are killed.</summary>
internal sealed class ManagedProcess : IDisposable
{
    // The program writes its log itself, so that nothing is lost between us and it when we are killed. Its id is the shell's.
    private const string Watching = """log=$1; shift 2; echo $$; exec "$@" >>"$log" 2>&1""";

    // For programs that do not watch their input: waits beside the program for our pipe to end, then signals it.
    private const string Guarding =
        """
        log=$1; signal=$2; shift 2
        exec 3<&0 4>&1 </dev/null >>"$log" 2>&1
        "$@" 3<&- 4>&- & child=$!
        echo $child >&4; exec 4>&-
        { read -r _ <&3; kill -s "$signal" $child; } &
        wait $child; code=$?; { kill $!; wait $!; } 2>/dev/null; exit $code
        """;

    private readonly Process _process;

    private ManagedProcess(Process process, int id)
    {
        _process = process;
        Id = id;
        Exited = process.WaitForExitAsync();
    }

    /// <summary>Process id of the program.</summary>
    public int Id { get; }

    /// <summary>Exit code once <see cref="Exited"/> is complete.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Completes when the process has ended.</summary>
    public Task Exited { get; }

    /// <summary>Starts it in a session of its own: a terminal's Ctrl-C reaches us alone, and we stop it in order.</summary>
    public static ManagedProcess Start(ProcessPlan plan)
    {
        plan.Clear?.Invoke();
        var start = new ProcessStartInfo("setsid") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        string[] shell = ["/bin/sh", "-c", plan.StopSignal is null ? Watching : Guarding, "trackhub", plan.LogFile, plan.StopSignal ?? "", plan.FileName];
        foreach (var argument in shell.Concat(plan.Arguments)) start.ArgumentList.Add(argument);
        foreach (var (name, value) in plan.Environment) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{plan.FileName} did not start.");
        _ = int.TryParse(process.StandardOutput.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        return new ManagedProcess(process, id);
    }

    /// <summary>Asks it to stop by ending its standard input.</summary>
    public void RequestStop()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    /// <summary>Ends it and its children at once.</summary>
    public void Kill()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        RequestStop();
        _process.Dispose();
    }
}
