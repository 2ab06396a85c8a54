namespace TrackHub.LocalKafka.Hosting;

/// <summary>Whether the disk of the log takes a further batch.</summary>
internal sealed class FreeDisk(string directory)
{
    /// <summary>The largest batch that a topic takes unless it is set otherwise.</summary>
    private const long NeededBytes = 1 << 20;

    private readonly DriveInfo _drive = new(directory);

    /// <summary>Why it does not, or null.</summary>
    public string? Fault
    {
        get
        {
            try
            {
                return _drive.AvailableFreeSpace < NeededBytes ? "storage_full" : null;
            }
            catch (IOException)
            {
                return "storage_failed";
            }
        }
    }
}
