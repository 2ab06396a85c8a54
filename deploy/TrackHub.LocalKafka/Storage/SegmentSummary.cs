using System.Buffers.Binary;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// What a start needs to know of a segment that it does not read: the end of its index file, big-endian: 4 bytes version 1, base offset,
/// bytes of log, next offset, largest timestamp (8 bytes each), 4 bytes count of damaged ranges, start and end of each (8 + 8 bytes),
/// 4 bytes CRC-32C of all before.
/// </summary>
/// <param name="BaseOffset">The segment's name.</param>
/// <param name="LogBytes">Bytes of the log that are covered; a segment of another length is read anew.</param>
/// <param name="NextOffset">The offset after its last record.</param>
/// <param name="MaxTimestamp">Largest timestamp in Unix milliseconds, -1 when empty.</param>
/// <param name="Damaged">Ranges of bytes that are skipped, in order.</param>
internal sealed record SegmentSummary(
    long BaseOffset, long LogBytes, long NextOffset, long MaxTimestamp, IReadOnlyList<(long Start, long End)> Damaged)
{
    /// <summary>More would not fit behind the blocks; a segment damaged in so many places is read on each start.</summary>
    public const int MaxDamaged = 200;

    private const int Version = 1;
    private const int FixedBytes = 44;

    public byte[] Encode()
    {
        if (Damaged.Count > MaxDamaged)
            return [];

        var bytes = new byte[FixedBytes + (Damaged.Count * 16)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Version);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(4), BaseOffset);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(12), LogBytes);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(20), NextOffset);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(28), MaxTimestamp);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(36), Damaged.Count);
        for (var i = 0; i < Damaged.Count; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(40 + (i * 16)), Damaged[i].Start);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(48 + (i * 16)), Damaged[i].End);
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 4), Crc32C.Compute(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; null for anything else.</summary>
    public static SegmentSummary? TryDecode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedBytes
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[^4..]) != Crc32C.Compute(bytes[..^4])
            || BinaryPrimitives.ReadInt32BigEndian(bytes) != Version
            || BinaryPrimitives.ReadInt32BigEndian(bytes[36..]) != (bytes.Length - FixedBytes) / 16)
        {
            return null;
        }

        var damaged = new (long, long)[(bytes.Length - FixedBytes) / 16];
        for (var i = 0; i < damaged.Length; i++)
        {
            var range = bytes[(40 + (i * 16))..];
            damaged[i] = (BinaryPrimitives.ReadInt64BigEndian(range), BinaryPrimitives.ReadInt64BigEndian(range[8..]));
        }

        return new SegmentSummary(
            BinaryPrimitives.ReadInt64BigEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[20..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[28..]),
            damaged);
    }
}
