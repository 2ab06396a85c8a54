using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace TrackHub.Interop;

/// <summary>Runs a script of <c>peers/</c>: a client or codec nobody here wrote, one process for a whole batch.</summary>
internal static class Peer
{
    /// <summary>Debian's own, which has the packages; a python3 first on PATH may be another one.</summary>
    private const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly string Folder = Path.Combine(Root(), "tests", "TrackHub.Interop", "peers");

    /// <summary>What the script wrote, given this input.</summary>
    /// <param name="script">A .js or .py file of the folder.</param>
    /// <param name="input">Its standard input.</param>
    public static async Task<string> RunAsync(string script, string input)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var process = Start(new ProcessStartInfo(script.EndsWith(".py", StringComparison.Ordinal) ? Python : "node", [script])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
        });
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

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException($"{start.FileName} did not start. Remedy: ./trackhub test installs it.", missing);
        }
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TrackHub.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No TrackHub.sln above {AppContext.BaseDirectory}: run the tests inside a clone.");
    }
}
