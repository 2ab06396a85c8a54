using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace TrackHub.Ingest.Spooling;

/// <summary>One frame of a segment.</summary>
/// <param name="Payload">Its content.</param>
/// <param name="End">Where the next one begins, from the start of what was read.</param>
internal readonly record struct SpoolFrame(ReadOnlyMemory<byte> Payload, int End);

/// <summary>
/// The format of a segment file: frames of length (4 bytes, little-endian), CRC-32C of length and content (4 bytes, little-endian), content. The first bad
/// frame ends the file: what a dying machine left half written is cut, and nothing is read that was not written.
/// </summary>
internal static class SpoolFrames
{
    /// <summary>Longest content: more than the longest record the log takes of a webhook.</summary>
    public const int MaxPayload = 1 << 20;

    private const int PrefixBytes = 8;

    /// <summary>Bytes a content takes in the file.</summary>
    public static int SizeOf(int payload) => PrefixBytes + payload;

    /// <summary>Appends a frame.</summary>
    public static void Write(IBufferWriter<byte> sink, ReadOnlySpan<byte> payload)
    {
        var frame = sink.GetSpan(SizeOf(payload.Length));
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
        payload.CopyTo(frame[PrefixBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(frame[..4], payload));
        sink.Advance(SizeOf(payload.Length));
    }

    /// <summary>Reads frames up to the first one that is not whole or not as it was written.</summary>
    public static List<SpoolFrame> Read(ReadOnlyMemory<byte> bytes)
    {
        var frames = new List<SpoolFrame>();
        for (var start = 0; TryRead(bytes[start..], out var payload); start = frames[^1].End)
            frames.Add(new(payload, start + SizeOf(payload.Length)));
        return frames;
    }

    private static bool TryRead(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        var span = bytes.Span;
        if (span.Length < PrefixBytes)
            return false;

        var length = BinaryPrimitives.ReadInt32LittleEndian(span);
        if (length is <= 0 or > MaxPayload || span.Length < SizeOf(length))
            return false;

        payload = bytes.Slice(PrefixBytes, length);
        return BinaryPrimitives.ReadUInt32LittleEndian(span[4..]) == Checksum(span[..4], payload.Span);
    }

    private static uint Checksum(ReadOnlySpan<byte> length, ReadOnlySpan<byte> payload) => ~Crc(Crc(uint.MaxValue, length), payload);

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return crc;
    }
}
