using System.Diagnostics;

namespace TrackHub.Cli.Testing;

/// <summary>A program below <c>benchmarks/</c>, in a process of its own: nothing of the command line shares its heap or its threads.</summary>
internal static class MeasuringProgram
{
    /// <summary>Runs it on our standard streams.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="CommandException">It is not built.</exception>
    public static async Task<int> RunAsync(string project, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var assembly = Clone.Assembly(Path.Combine(Clone.Root(), "benchmarks", project), project);
        if (!File.Exists(assembly)) throw new CommandException($"{assembly} is not built: call again without TRACKHUB_NO_BOOTSTRAP.");

        using var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments]) { UseShellExecute = false })
            ?? throw new InvalidOperationException("dotnet did not start.");
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
