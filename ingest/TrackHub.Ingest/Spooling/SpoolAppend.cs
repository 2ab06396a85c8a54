using System.Buffers;

namespace TrackHub.Ingest.Spooling;

/// <summary>Records that one webhook brings to the spool, framed, or a trial of whether the disk would take some, and whoever waits for that.</summary>
internal sealed class SpoolAppend
{
    private readonly ArrayBufferWriter<byte> _frames = new();

    /// <summary>Frames records.</summary>
    /// <param name="entries">One or more.</param>
    public SpoolAppend(IReadOnlyList<SpoolEntry> entries)
    {
        (Records, Oldest) = (entries.Count, entries[0].ReceivedAt);
        foreach (var entry in entries)
            SpoolFrames.Write(_frames, entry.ToBytes());
    }

    /// <summary>A trial of the disk.</summary>
    /// <param name="trialBytes">With so many bytes, 1 or more.</param>
    public SpoolAppend(int trialBytes) => TrialBytes = trialBytes;

    /// <summary>Bytes of a trial; 0 where there are records.</summary>
    public int TrialBytes { get; }

    /// <summary>How many they are.</summary>
    public int Records { get; }

    /// <summary>When the first of them came.</summary>
    public DateTimeOffset Oldest { get; }

    /// <summary>Their frames, one behind the other.</summary>
    public ReadOnlySpan<byte> Frames => _frames.WrittenSpan;

    /// <summary>Bytes of the frames.</summary>
    public int Bytes => _frames.WrittenCount;

    /// <summary>True once they are durable, false if the disk does not take them.</summary>
    public TaskCompletionSource<bool> Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
