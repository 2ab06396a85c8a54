using System.Buffers.Binary;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Compaction;

/// <summary>How far a partition is compacted, kept beside its segments. Without the file everything counts as dirty, which costs time alone.</summary>
/// <param name="FirstDirty">The first offset that was not compacted yet.</param>
/// <param name="NextHorizonMs">When the next tombstone in front of it may go, in Unix milliseconds; <see cref="long.MaxValue"/> for none.</param>
internal readonly record struct CompactionProgress(long FirstDirty, long NextHorizonMs)
{
    private const string FileName = "compaction.checkpoint";

    /// <summary>What was written last for the partition in <paramref name="directory"/>.</summary>
    public static CompactionProgress Read(string directory) =>
        Checkpoint.Read(Path.Combine(directory, FileName)) is { Length: 16 } bytes
            ? new(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(8)))
            : new(0, long.MaxValue);

    /// <exception cref="IOException">The disk refused; what was written last is as it was.</exception>
    public void Write(string directory)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, FirstDirty);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], NextHorizonMs);
        Checkpoint.Write(Disk.Real, Path.Combine(directory, FileName), bytes, isForced: false);
    }
}
