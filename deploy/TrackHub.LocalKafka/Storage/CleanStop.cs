using System.Buffers.Binary;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Says that a partition was closed in order, so that its start reads no segment: a <see cref="Checkpoint"/>, file <c>clean-stop</c>,
/// of the last segment's base offset, its bytes, and the offset behind the last record (8 bytes each, big-endian). A start takes it away.
/// </summary>
/// <param name="BaseOffset">The last segment.</param>
/// <param name="LogBytes">Bytes of its file.</param>
/// <param name="EndOffset">Offset the next record gets.</param>
internal readonly record struct CleanStop(long BaseOffset, long LogBytes, long EndOffset)
{
    private const string FileName = "clean-stop";

    /// <summary>Reads and deletes what <see cref="Write"/> left; null if there is none that is sound.</summary>
    /// <exception cref="IOException">It cannot be deleted, so the next start would believe it.</exception>
    public static CleanStop? Take(string directory)
    {
        var path = Path.Combine(directory, FileName);
        var content = Checkpoint.Read(path);
        File.Delete(path);
        return content is { Length: 24 }
            ? new CleanStop(
                BinaryPrimitives.ReadInt64BigEndian(content),
                BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(8)),
                BinaryPrimitives.ReadInt64BigEndian(content.AsSpan(16)))
            : null;
    }

    /// <summary>Leaves the mark; the last thing a partition does.</summary>
    /// <exception cref="IOException">The disk refused: the next start reads the last segment.</exception>
    public void Write(Disk disk, string directory, bool isForced)
    {
        Span<byte> content = stackalloc byte[24];
        BinaryPrimitives.WriteInt64BigEndian(content, BaseOffset);
        BinaryPrimitives.WriteInt64BigEndian(content[8..], LogBytes);
        BinaryPrimitives.WriteInt64BigEndian(content[16..], EndOffset);
        Checkpoint.Write(disk, Path.Combine(directory, FileName), content, isForced);
    }
}
