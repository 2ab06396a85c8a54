using System.Diagnostics;

namespace TrackHub.Architecture.Tests;

/// <summary>The working copy these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Paths, relative to <see cref="Root"/> and with forward slashes, of what a commit made now could hold: tracked or new, not ignored.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    /// <summary>Reads one of <see cref="Files"/>.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TrackHub.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No TrackHub.sln above {AppContext.BaseDirectory}: run the tests inside a clone.");
    }

    private static List<string> ListFiles()
    {
        // safe.directory: CI may run as another user than the owner of the clone.
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        var listed = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode != 0)
            throw new InvalidOperationException($"git ls-files ended with {git.ExitCode} in {Root}.");

        // A file deleted but not yet staged is still listed.
        return [.. listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(static path => File.Exists(Path.Combine(Root, path)))];
    }
}
