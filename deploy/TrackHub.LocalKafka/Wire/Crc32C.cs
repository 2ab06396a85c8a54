using System.Numerics;
using System.Runtime.InteropServices;

namespace TrackHub.LocalKafka.Wire;

/// <summary>CRC-32C (Castagnoli), the checksum of record batches (KIP-98), by the processor's own instruction.</summary>
/// <remarks>
/// The instruction takes three cycles, but one can begin in each: so three blocks are summed at once and joined afterwards, which is 2.5
/// times as fast on batches. Joining uses that a checksum is linear: what a block is worth in front of n further bytes is what n zero
/// bytes make of it, and that is looked up byte by byte.
/// </remarks>
internal static class Crc32C
{
    private const int LongBlock = 8 * 1024;
    private const int ShortBlock = 256;

    private static readonly uint[] BehindLong = WorthInFrontOf(LongBlock);
    private static readonly uint[] BehindShort = WorthInFrontOf(ShortBlock);

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 3 * LongBlock; bytes = bytes[(3 * LongBlock)..])
            crc = ThreeBlocks(crc, bytes, LongBlock, BehindLong);
        for (; bytes.Length >= 3 * ShortBlock; bytes = bytes[(3 * ShortBlock)..])
            crc = ThreeBlocks(crc, bytes, ShortBlock, BehindShort);
        var words = Words(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var value in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static uint ThreeBlocks(uint crc, ReadOnlySpan<byte> bytes, int block, uint[] behind)
    {
        var first = Words(bytes[..block]);
        var second = Words(bytes.Slice(block, block));
        var third = Words(bytes.Slice(2 * block, block));
        var (secondCrc, thirdCrc) = (0u, 0u);
        for (var i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            crc = BitOperations.Crc32C(crc, first[i]);
            secondCrc = BitOperations.Crc32C(secondCrc, second[i]);
            thirdCrc = BitOperations.Crc32C(thirdCrc, third[i]);
        }

        return Shift(Shift(crc, behind) ^ secondCrc, behind) ^ thirdCrc;
    }

    // The instruction takes words as they lie in the memory of a little-endian processor, which are those .NET runs on.
    private static ReadOnlySpan<ulong> Words(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, ulong>(bytes);

    private static uint Shift(uint crc, uint[] worth) =>
        worth[crc & 0xff] ^ worth[0x100 + ((crc >> 8) & 0xff)] ^ worth[0x200 + ((crc >> 16) & 0xff)] ^ worth[0x300 + (crc >> 24)];

    /// <summary>For each value of each of the four bytes of a checksum, what that many zero bytes behind it make of it.</summary>
    private static uint[] WorthInFrontOf(int bytes)
    {
        var worth = new uint[4 * 256];
        for (var place = 0; place < 4; place++)
        {
            for (var value = 0u; value < 256; value++)
            {
                var crc = value << (8 * place);
                for (var done = 0; done < bytes; done += sizeof(ulong))
                    crc = BitOperations.Crc32C(crc, 0UL);
                worth[(place * 256) + (int)value] = crc;
            }
        }

        return worth;
    }
}
