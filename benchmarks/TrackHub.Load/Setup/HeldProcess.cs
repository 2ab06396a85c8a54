using System.Diagnostics;
using System.Globalization;

namespace TrackHub.Load.Setup;

/// <summary>A process that is stopped (SIGSTOP) until this is disposed, or its holder is gone, killed even.</summary>
/// <remarks>
/// A shell stops it and waits for the end of its input before it lets it go on: the system closes that pipe with its holder, however that one
/// ends, where the held process could not see by itself that nobody needs it any more.
/// </remarks>
internal sealed class HeldProcess : IAsyncDisposable
{
    /// <summary>The shell's part; $0 is the process.</summary>
    internal const string Script = """kill -STOP "$0" 2> /dev/null || exit; echo held; read -r _; kill -CONT "$0" """;

    private readonly Process _shell;

    private HeldProcess(Process shell) => _shell = shell;

    /// <summary>Stops a process; complete when it is stopped.</summary>
    /// <exception cref="InvalidOperationException">There is no such process, or it is another user's.</exception>
    public static async Task<HeldProcess> HoldAsync(int processId, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("sh", ["-c", Script, processId.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var held = new HeldProcess(Process.Start(start)!);
        if (await held._shell.StandardOutput.ReadLineAsync(cancellationToken) is "held")
            return held;
        await held.DisposeAsync();
        throw new InvalidOperationException($"Process {processId} cannot be stopped.");
    }

    /// <summary>Lets it go on.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }
}
