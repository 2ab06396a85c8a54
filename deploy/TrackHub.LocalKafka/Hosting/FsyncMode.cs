namespace TrackHub.LocalKafka.Hosting;

/// <summary>When what clients were told is stored is on the disk, not in the page cache alone.</summary>
public enum FsyncMode
{
    /// <summary>When the kernel writes it: an answer survives the end of the process, not a power cut. As Kafka's default.</summary>
    Off,

    /// <summary>Before it is answered. Appends and commits that come while one fsync(2) runs share the next.</summary>
    Batch,
}
