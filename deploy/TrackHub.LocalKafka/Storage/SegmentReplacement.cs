namespace TrackHub.LocalKafka.Storage;

/// <summary>The steps on disk by which one segment takes the place of several, see <see cref="SegmentFiles"/>.</summary>
internal sealed class SegmentReplacement(string directory, Disk disk, IReadOnlyList<Segment> replaced, Segment replacement)
{
    /// <summary>
    /// Makes the replacement count. It is forced to the disk in any mode: what it replaces is there already, and is deleted next.
    /// </summary>
    /// <param name="end">Base offset of the first segment behind those replaced.</param>
    /// <exception cref="IOException">The disk refused; the replacement was deleted.</exception>
    public void Commit(long end)
    {
        try
        {
            replacement.Seal();
            replacement.Flush();
            replacement.MoveTo(SegmentFiles.SwapOf(directory, replacement.BaseOffset, end));
        }
        catch (IOException)
        {
            replacement.Delete();
            throw;
        }

        disk.FlushDirectory(directory);
        replacement.Release();
        replacement.Publish(replacement.Length);
    }

    /// <summary>Deletes what was replaced and gives the replacement its name.</summary>
    /// <exception cref="IOException">The disk refused; the next start does the rest.</exception>
    public void Finish()
    {
        foreach (var segment in replaced)
            segment.Delete();
        replacement.MoveTo(SegmentFiles.LogOf(directory, replacement.BaseOffset));
        replacement.MoveIndexTo(directory);
        disk.FlushDirectory(directory);
    }
}
