using System.Buffers.Binary;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>One entry of a segment's index: a batch's place.</summary>
/// <param name="Offset">Its first offset.</param>
/// <param name="Position">Where it starts in the segment.</param>
/// <param name="MaxTimestampBefore">Largest timestamp of all batches in front of it, -1 for none.</param>
internal readonly record struct IndexEntry(long Offset, long Position, long MaxTimestampBefore);

/// <summary>
/// The unit in which an index is written: 4096 bytes, big-endian. 169 entries of 24 bytes (offset, position, largest timestamp before),
/// 32 bytes unused, 4 bytes count of entries, 4 bytes CRC-32C of all before.
/// </summary>
internal static class IndexBlock
{
    public const int Bytes = 4096;

    /// <summary>Entries that fit.</summary>
    public const int Capacity = 169;

    private const int EntryBytes = 24;
    private const int CountPosition = Bytes - 8;
    private const int CrcPosition = Bytes - 4;

    /// <summary>Blocks that hold so many entries.</summary>
    public static int CountFor(int entries) => (entries + Capacity - 1) / Capacity;

    /// <summary>Fills a block with 1 to <see cref="Capacity"/> entries.</summary>
    public static void Encode(ReadOnlySpan<IndexEntry> entries, Span<byte> block)
    {
        block.Clear();
        for (var i = 0; i < entries.Length; i++)
        {
            var bytes = block[(i * EntryBytes)..];
            BinaryPrimitives.WriteInt64BigEndian(bytes, entries[i].Offset);
            BinaryPrimitives.WriteInt64BigEndian(bytes[8..], entries[i].Position);
            BinaryPrimitives.WriteInt64BigEndian(bytes[16..], entries[i].MaxTimestampBefore);
        }

        BinaryPrimitives.WriteInt32BigEndian(block[CountPosition..], entries.Length);
        BinaryPrimitives.WriteUInt32BigEndian(block[CrcPosition..], Crc32C.Compute(block[..CrcPosition]));
    }

    /// <summary>Reads a block's entries (room for <see cref="Capacity"/>); false if it is damaged.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> block, Span<IndexEntry> entries, out int count)
    {
        count = BinaryPrimitives.ReadInt32BigEndian(block[CountPosition..]);
        if (BinaryPrimitives.ReadUInt32BigEndian(block[CrcPosition..]) != Crc32C.Compute(block[..CrcPosition]) || count is < 1 or > Capacity)
            return false;

        for (var i = 0; i < count; i++)
        {
            var bytes = block[(i * EntryBytes)..];
            entries[i] = new IndexEntry(
                BinaryPrimitives.ReadInt64BigEndian(bytes),
                BinaryPrimitives.ReadInt64BigEndian(bytes[8..]),
                BinaryPrimitives.ReadInt64BigEndian(bytes[16..]));
        }

        return true;
    }
}
