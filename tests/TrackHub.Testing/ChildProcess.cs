using System.Collections.Concurrent;
using System.Diagnostics;

namespace TrackHub.Testing;

/// <summary>A server process that dies with the test process, however that ends.</summary>
/// <remarks>
/// <c>setpriv --pdeathsig</c> asks the kernel to signal the child when the thread that started it ends; so one thread, which lives as long as the
/// process, starts them all. See prctl(2), PR_SET_PDEATHSIG.
/// </remarks>
public sealed class ChildProcess : IDisposable
{
    private static readonly BlockingCollection<Action> Starts = [];
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lastLines = new();
    private int _disposed;

    static ChildProcess() => new Thread(static () =>
    {
        foreach (var start in Starts.GetConsumingEnumerable())
            start();
    })
    { IsBackground = true, Name = "keeper of children" }.Start();

    private ChildProcess(Process process) => _process = process;

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>True once it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The last lines it wrote, for the message of a failed start.</summary>
    public string Output => string.Join('\n', _lastLines);

    /// <summary>Starts a program.</summary>
    /// <param name="deathSignal">What it gets when the test process ends: KILL, or a program's own word for a quick stop.</param>
    /// <param name="user">User to run it as; null for our own.</param>
    /// <param name="program">Path or name.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Task<ChildProcess> StartAsync(string deathSignal, string? user, string program, params IReadOnlyList<string> arguments)
    {
        var started = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                started.SetResult(Start(deathSignal, user, program, arguments));
            }
#pragma warning disable CA1031 // It belongs to whoever asked, not to the thread of all.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                started.SetException(failure);
            }
        });
        return started.Task;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; the message has its last lines.</exception>
    public static async Task RunAsync(string? user, string program, params IReadOnlyList<string> arguments)
    {
        using var child = await StartAsync("KILL", user, program, arguments);
        await child._process.WaitForExitAsync();
        if (child._process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with code {child._process.ExitCode}: {child.Output}");
    }

    /// <summary>Ends it at once, as a crash would, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;

        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static ChildProcess Start(string deathSignal, string? user, string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("setpriv") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (var argument in (IEnumerable<string>)[.. user is null ? [] : new[] { "--reuid", user, "--regid", user, "--clear-groups" }, "--pdeathsig", deathSignal, program, .. arguments])
            start.ArgumentList.Add(argument);

        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += (_, line) => child.Keep(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;

        _lastLines.Enqueue(line);
        while (_lastLines.Count > 20)
            _lastLines.TryDequeue(out _);
    }
}
