using System.Diagnostics;

namespace TrackHub.Cli.Supervising;

/// <summary>Runs what refuses to run as root (PostgreSQL) as the distribution's <c>postgres</c> user.</summary>
internal static class Unprivileged
{
    private const string User = "postgres";

    /// <summary>Words before a command: none unless we are root.</summary>
    /// <param name="directory">A directory the command works in. Where its parents are closed to others, as a home is, the command may pass them all the same.</param>
    public static async Task<IReadOnlyList<string>> PrefixAsync(string directory, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess) return [];

        string[] plain = ["setpriv", $"--reuid={User}", $"--regid={User}", "--clear-groups"];
        if (await Shell.SucceedsAsync([.. plain, "test", "-x", directory], cancellationToken)) return plain;
        return [.. plain, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
    }

    /// <summary>
    /// Words before a command that gets a signal when its parent dies: a store whose guard was killed must not hold its port and its files against the
    /// next. The kernel forgets the wish when the user changes, so it is made by the same words. See setpriv(1), prctl(2).
    /// </summary>
    /// <param name="prefix">Words before the command so far, of <see cref="PrefixAsync"/> or none.</param>
    /// <param name="signal">The signal.</param>
    public static IReadOnlyList<string> EndingWithParent(IReadOnlyList<string> prefix, string signal) =>
        [.. prefix.Count > 0 ? prefix : ["setpriv"], "--pdeathsig", signal];

    /// <summary>Gives a directory to that user when we are root.</summary>
    public static async Task OwnAsync(string directory, CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess) await Shell.RunAsync(["chown", "-R", $"{User}:{User}", directory], cancellationToken);
    }
}

/// <summary>Short commands of the system.</summary>
internal static class Shell
{
    /// <summary>Runs a command to its end.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="CommandException">It failed; the message holds what it said.</exception>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken, string input = "")
    {
        var (code, output, error) = await ExecuteAsync(command, input, cancellationToken);
        return code == 0 ? output : throw new CommandException($"{command[0]} … {command[^1]} failed with code {code}: {error.Trim()}");
    }

    /// <summary>Runs a command for its exit code.</summary>
    public static async Task<bool> SucceedsAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        (await ExecuteAsync(command, "", cancellationToken)).Code == 0;

    private static async Task<(int Code, string Output, string Error)> ExecuteAsync(
        IReadOnlyList<string> command, string input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
