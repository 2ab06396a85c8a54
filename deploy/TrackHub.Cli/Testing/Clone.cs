namespace TrackHub.Cli.Testing;

/// <summary>The clone this program was built in: tests and measurements run from there.</summary>
internal static class Clone
{
    /// <summary>The nearest directory above the program that holds the solution.</summary>
    public static string Root()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "TrackHub.sln"))) return directory.FullName;
        }

        throw new CommandException($"There is no TrackHub.sln above {AppContext.BaseDirectory}: this command runs from a clone of the repository.");
    }

    /// <summary>A project's program, built as we were.</summary>
    /// <param name="directory">Directory of the project.</param>
    /// <param name="project">Its name.</param>
    public static string Assembly(string directory, string project)
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(directory, "bin", build.Parent!.Name, build.Name, project + ".dll");
    }
}
