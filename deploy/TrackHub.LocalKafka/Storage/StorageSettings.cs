using TrackHub.LocalKafka.Hosting;

namespace TrackHub.LocalKafka.Storage;

/// <summary>How logs and journals are written. One per broker.</summary>
internal sealed class StorageSettings : IDisposable
{
    /// <summary>The machine's disk, no fsync, no metric: for a log without a broker around it.</summary>
    public static readonly StorageSettings Default = new();

    /// <summary>Through which disk.</summary>
    public Disk Disk { get; init; } = Disk.Real;

    /// <summary>Whether an answer waits for fsync(2).</summary>
    public FsyncMode Fsync { get; init; }

    /// <summary>Answers wait for fsync(2), and readers see nothing that a power cut could take away.</summary>
    public bool IsForced => Fsync == FsyncMode.Batch;

    /// <summary>Where flushes run.</summary>
    public FlushThreads Flushes { get; } = new();

    /// <summary>Takes topic, partition and bytes of damage found, for a metric.</summary>
    public Action<string, string, long>? CountDamage { get; init; }

    public void Dispose() => Flushes.Dispose();
}
