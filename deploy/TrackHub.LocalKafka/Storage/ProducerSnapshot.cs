namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Producers as they were at an offset, so that a start reads no batches before it: a <see cref="Checkpoint"/>, file
/// <c>{offset}.snapshot</c>, of <see cref="ProducerStates.Encode"/>. A partition keeps the one of its last segment's start.
/// </summary>
internal static class ProducerSnapshot
{
    /// <summary>Stores the producers as they are before <paramref name="offset"/>.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static void Write(Disk disk, string directory, long offset, ProducerStates producers) =>
        Checkpoint.Write(disk, PathOf(directory, offset), producers.Encode(), isForced: false);

    /// <summary>Loads the producers as they were before <paramref name="offset"/>; false if that was not stored, or is damaged.</summary>
    public static bool TryLoad(string directory, long offset, ProducerStates producers) =>
        Checkpoint.Read(PathOf(directory, offset)) is { } content && producers.TryLoad(content);

    /// <summary>Deletes all but those of these offsets.</summary>
    public static void DeleteOthers(string directory, params ReadOnlySpan<long> kept)
    {
        foreach (var offset in SegmentFiles.Snapshots(directory))
        {
            if (!kept.Contains(offset))
                File.Delete(PathOf(directory, offset));
        }
    }

    private static string PathOf(string directory, long offset) => Path.Combine(directory, $"{offset:D20}.snapshot");
}
