using System.Diagnostics;

namespace TrackHub.Testing;

/// <summary>One folder for everything this test process writes; gone soon after it.</summary>
public static class TestFolder
{
    // Reads a pipe that ends with this process, even if that is killed, as test runners do; children are dead by then. See ChildProcess.
    private const string Sweeper = """exec >/dev/null 2>&1; cat; sleep 1; rm -rf "$0" """;

    private static readonly Lazy<(string Root, Process Sweeper)> Made = new(Make);

    /// <summary>A folder of its own inside, made now.</summary>
    public static string Next(string name) => Directory.CreateDirectory(Path.Combine(Made.Value.Root, $"{name}-{Guid.NewGuid():N}")).FullName;

    private static (string Root, Process Sweeper) Make()
    {
        var root = Directory.CreateTempSubdirectory("trackhub-test-").FullName;

        // PostgreSQL runs as another user and must get through.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);

        // A session of its own: it must outlive a signal to our group.
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Sweeper, root]) { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = "/" };
        return (root, Process.Start(start)!);
    }
}
