using System.Buffers.Binary;
using System.Text;

namespace TrackHub.Platform.Identity;

/// <summary>Text as UTF-8 behind its byte length (4 bytes big-endian), so that no two lists of parts give the same bytes.</summary>
internal static class LengthPrefixed
{
    /// <summary>Writes one part and returns the number of bytes written.</summary>
    public static int Write(Span<byte> destination, ReadOnlySpan<char> part)
    {
        var length = Encoding.UTF8.GetBytes(part, destination[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(destination, length);
        return sizeof(int) + length;
    }

    /// <summary>All parts in one array.</summary>
    public static byte[] Of(params ReadOnlySpan<string> parts)
    {
        var bytes = new byte[LengthOf(parts)];
        WriteAll(bytes, parts);
        return bytes;
    }

    /// <summary>All parts at the start of <paramref name="room"/>, or in an array where they do not fit.</summary>
    public static ReadOnlySpan<byte> Of(Span<byte> room, params ReadOnlySpan<string> parts)
    {
        var length = LengthOf(parts);
        var bytes = length <= room.Length ? room[..length] : new byte[length];
        WriteAll(bytes, parts);
        return bytes;
    }

    private static int LengthOf(ReadOnlySpan<string> parts)
    {
        var length = 0;
        foreach (var part in parts)
            length += sizeof(int) + Encoding.UTF8.GetByteCount(part);
        return length;
    }

    private static void WriteAll(Span<byte> bytes, ReadOnlySpan<string> parts)
    {
        var written = 0;
        foreach (var part in parts)
            written += Write(bytes[written..], part);
    }
}
