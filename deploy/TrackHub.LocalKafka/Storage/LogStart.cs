using System.Buffers.Binary;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// The offset that a partition was told to start at, where that lies inside a segment: a <see cref="Checkpoint"/> of 8 bytes big-endian,
/// file <c>log-start</c>.
/// </summary>
internal static class LogStart
{
    private const string FileName = "log-start";

    /// <summary>The offset stored, 0 if none was; null if the file is damaged.</summary>
    public static long? Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        return Checkpoint.Read(path) is { Length: sizeof(long) } content ? BinaryPrimitives.ReadInt64BigEndian(content)
            : File.Exists(path) ? null
            : 0;
    }

    /// <summary>Stores an offset.</summary>
    /// <exception cref="IOException">The disk refused; the former offset stays.</exception>
    public static void Write(Disk disk, string directory, long offset, bool isForced)
    {
        Span<byte> content = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(content, offset);
        Checkpoint.Write(disk, Path.Combine(directory, FileName), content, isForced);
    }
}
