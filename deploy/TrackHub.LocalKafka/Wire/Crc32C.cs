using System.Buffers.Binary;
using System.Numerics;

namespace TrackHub.LocalKafka.Wire;

/// <summary>CRC-32C (Castagnoli), the checksum of record batches (KIP-98), by the processor's own instruction.</summary>
internal static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
