using System.Buffers.Binary;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// A small file that is replaced whole, so that after a crash it is the former or the new one: 4 bytes CRC-32C of the rest (big-endian),
/// then the content.
/// </summary>
internal static class Checkpoint
{
    private const string UnfinishedExtension = ".new";

    /// <summary>Replaces the file at <paramref name="path"/>.</summary>
    /// <param name="isForced">Whether file and name are on the disk when this returns, not in the page cache alone.</param>
    /// <exception cref="IOException">The disk refused; the former file is as it was.</exception>
    public static void Write(Disk disk, string path, ReadOnlySpan<byte> content, bool isForced)
    {
        var bytes = new byte[sizeof(uint) + content.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Crc32C.Compute(content));
        content.CopyTo(bytes.AsSpan(sizeof(uint)));

        var unfinished = path + UnfinishedExtension;
        using (var file = disk.Open(unfinished))
        {
            disk.SetLength(file, 0);
            disk.Write(file, bytes, 0);
            if (isForced)
                disk.Flush(file);
        }

        File.Move(unfinished, path, overwrite: true);
        if (isForced)
            disk.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>What was written last, or null if there is no such file or it is damaged.</summary>
    public static byte[]? Read(string path)
    {
        if (!File.Exists(path))
            return null;

        var bytes = File.ReadAllBytes(path);
        return bytes.Length >= sizeof(uint) && Crc32C.Compute(bytes.AsSpan(sizeof(uint))) == BinaryPrimitives.ReadUInt32BigEndian(bytes)
            ? bytes[sizeof(uint)..]
            : null;
    }
}
