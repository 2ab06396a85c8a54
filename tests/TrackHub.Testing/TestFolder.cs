namespace TrackHub.Testing;

/// <summary>One folder for everything this test process writes; gone with it.</summary>
public static class TestFolder
{
    private static readonly Lazy<string> Root = new(Make);
    private static readonly List<Action> Stops = [];

    /// <summary>A folder of its own inside, made now.</summary>
    public static string Next(string name) => Directory.CreateDirectory(Path.Combine(Root.Value, $"{name}-{Guid.NewGuid():N}")).FullName;

    /// <summary>Runs when the process ends, before the folder is deleted: stops what writes there.</summary>
    internal static void AtEnd(Action stop)
    {
        lock (Stops)
            Stops.Add(stop);
    }

    private static string Make()
    {
        var root = Directory.CreateTempSubdirectory("trackhub-test-").FullName;

        // PostgreSQL runs as another user and must get through.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Stops.ForEach(static stop => stop());
            try
            {
                Directory.Delete(root, recursive: true);
            }
            catch (IOException)
            {
                // A dying server still writes: the system's temporary folder is cleaned by the system.
            }
        };
        return root;
    }
}
