using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace TrackHub.Interop;

/// <summary>Runs a script of <c>peers/</c>: a client or codec nobody here wrote, one process for a whole batch or for a conversation.</summary>
internal static class Peer
{
    /// <summary>Debian's own, which has the packages; a python3 first on PATH may be another one.</summary>
    private const string Python = "/usr/bin/python3";

    /// <summary>The clone that the tests run in.</summary>
    public static readonly string Root = FindRoot();

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string Folder = Path.Combine(Root, "tests", "TrackHub.Interop", "peers");

    /// <summary>Node.js as an npm package among the peers: some of them need a newer one than Debian's.</summary>
    private static readonly string Node = Path.Combine(
        Folder, "node_modules", $"node-linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}", "bin", "node");

    /// <summary>What the script wrote, given this input.</summary>
    /// <param name="script">A .js or .py file of the folder.</param>
    /// <param name="input">Its standard input.</param>
    public static async Task<string> RunAsync(string script, string input)
    {
        using var process = Start(script);
        try
        {
            using var deadline = new CancellationTokenSource(Limit);
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it had read all: its exit code and errors say why.
            }

            await process.WaitForExitAsync(deadline.Token);
            process.ExitCode.ShouldBe(0, $"{script}: {await errors}\nRemedy: ./trackhub test installs what it needs.");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Starts a script with pipes to it; the caller ends and disposes it.</summary>
    /// <param name="script">A .js, .mjs or .py file of the folder.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Process Start(string script, params IEnumerable<string> arguments) =>
        Start(script.EndsWith(".py", StringComparison.Ordinal)
            ? new ProcessStartInfo(Python, ["-B", script, .. arguments])   // no compiled files beside the sources
            : new ProcessStartInfo(Node, [script, .. arguments]));

    /// <summary>Starts a program with pipes to it, UTF-8 where they are read as text; the caller ends and disposes it.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        start.WorkingDirectory = Folder;
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardInputEncoding = utf8;
        start.StandardOutputEncoding = utf8;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"{start.FileName} did not start. Remedy: ./trackhub test installs it.", missing);
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TrackHub.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No TrackHub.sln above {AppContext.BaseDirectory}: run the tests inside a clone.");
    }
}
