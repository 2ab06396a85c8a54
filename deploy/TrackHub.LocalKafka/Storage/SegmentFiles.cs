namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Names in a partition's folder. <c>{offset}.log</c> and <c>{offset}.index</c> are a segment, <c>{offset}.snapshot</c> the producers as
/// they were at an offset, <c>log-start</c> and <c>clean-stop</c> see <see cref="LogStart"/> and <see cref="CleanStop"/>.
/// A segment that takes the place of others is <c>{offset}.log.cleaned</c> while it is written. Renaming it to
/// <c>{offset}-{end}.swap</c> is the moment from which it counts: a start deletes the segments from offset to end and gives it its name.
/// </summary>
internal static class SegmentFiles
{
    private const string CleanedPattern = "*.cleaned";
    private const string SwapExtension = ".swap";

    public static string LogOf(string directory, long baseOffset) => Path.Combine(directory, $"{baseOffset:D20}.log");

    public static string IndexOf(string directory, long baseOffset) => Path.Combine(directory, $"{baseOffset:D20}.index");

    /// <summary>Log and index of a replacement that is being written.</summary>
    public static (string Log, string Index) ReplacementOf(string directory, long baseOffset) =>
        (LogOf(directory, baseOffset) + ".cleaned", IndexOf(directory, baseOffset) + ".cleaned");

    /// <summary>A replacement that counts.</summary>
    /// <param name="end">Base offset of the first segment behind those replaced.</param>
    public static string SwapOf(string directory, long baseOffset, long end) =>
        Path.Combine(directory, $"{baseOffset:D20}-{end:D20}{SwapExtension}");

    /// <summary>Creates a partition's folder if it is not there.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void CreateDirectory(string directory, StorageSettings settings)
    {
        if (Directory.Exists(directory))
            return;

        Directory.CreateDirectory(directory);
        if (!settings.IsForced)
            return;

        // The folder's own name, its topic's, and that of all topics' folder.
        for (var parent = Path.GetDirectoryName(directory); parent is not null && !File.Exists(Path.Combine(parent, "lock")); parent = Path.GetDirectoryName(parent))
            settings.Disk.FlushDirectory(parent);
    }

    /// <summary>Base offsets of the segments of a folder, in order.</summary>
    public static List<long> Segments(string directory) => [.. Offsets(directory, "*.log").Order()];

    /// <summary>Offsets of a folder's snapshots, the newest first.</summary>
    public static List<long> Snapshots(string directory) => [.. Offsets(directory, "*.snapshot").OrderDescending()];

    /// <summary>Completes replacements that a crash interrupted and deletes those that never counted.</summary>
    public static void FinishReplacements(string directory)
    {
        foreach (var unfinished in Directory.GetFiles(directory, CleanedPattern))
            File.Delete(unfinished);
        foreach (var swap in Directory.GetFiles(directory, "*" + SwapExtension))
        {
            var name = Path.GetFileNameWithoutExtension(swap).Split('-');
            var (first, end) = (long.Parse(name[0]), long.Parse(name[1]));
            foreach (var replaced in Segments(directory).Where(offset => offset >= first && offset < end))
                DeleteSegment(directory, replaced);
            File.Move(swap, LogOf(directory, first));
        }

        foreach (var index in Offsets(directory, "*.index").Except(Segments(directory)))
            File.Delete(IndexOf(directory, index));
    }

    private static void DeleteSegment(string directory, long baseOffset)
    {
        File.Delete(LogOf(directory, baseOffset));
        File.Delete(IndexOf(directory, baseOffset));
    }

    private static IEnumerable<long> Offsets(string directory, string pattern)
    {
        foreach (var path in Directory.EnumerateFiles(directory, pattern))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), out var offset))
                yield return offset;
        }
    }
}
