using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TrackHub.LocalKafka.Records.Codecs;

/// <summary>
/// snappy, by libsnappy's C interface: read bare or in xerial framing, which Java's client and librdkafka write, and written in that framing.
/// </summary>
/// <remarks>
/// Framing: 8 bytes magic, 4 bytes version, 4 bytes oldest compatible version, then blocks of 4 bytes length and that many of snappy;
/// big-endian. Source: https://github.com/xerial/snappy-java (SnappyOutputStream); snappy-c.h.
/// </remarks>
internal sealed class SnappyCodec : IRecordCodec
{
    /// <summary>Bytes of data in a block written here: the framing's own default.</summary>
    private const int BlockBytes = 32 * 1024;

    private const int FrameHeadBytes = 16;
    private const int Ok = 0;

    private static ReadOnlySpan<byte> Magic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    public string Package => "libsnappy1v5";

    public BatchFault Decompress(ReadOnlyMemory<byte> source, PooledBytes destination, int limit)
    {
        var rest = source.Span;
        if (!rest.StartsWith(Magic))
            return DecompressBlock(rest, destination, limit);
        if (rest.Length < FrameHeadBytes)
            return BatchFault.Malformed;

        var start = destination.Length;
        for (rest = rest[FrameHeadBytes..]; !rest.IsEmpty;)
        {
            if (!BinaryPrimitives.TryReadInt32BigEndian(rest, out var length) || length < 0 || length > rest.Length - sizeof(int))
                return BatchFault.Malformed;

            var fault = DecompressBlock(rest.Slice(sizeof(int), length), destination, limit - (destination.Length - start));
            if (fault != BatchFault.None)
                return fault;
            rest = rest[(sizeof(int) + length)..];
        }

        return BatchFault.None;
    }

    public void Compress(ReadOnlyMemory<byte> source, PooledBytes destination)
    {
        destination.Write(Magic);
        WriteInt32(destination, 1);   // version
        WriteInt32(destination, 1);   // oldest compatible version
        for (var rest = source.Span; !rest.IsEmpty;)
        {
            var block = rest[..Math.Min(rest.Length, BlockBytes)];
            var length = Native.MaxCompressedLength((nuint)block.Length);
            var span = destination.GetSpan(sizeof(int) + (int)length);
            if (Native.Compress(in block[0], (nuint)block.Length, ref span[sizeof(int)], ref length) != Ok)
                throw new InvalidOperationException("snappy did not compress a block into the space it asked for.");

            BinaryPrimitives.WriteInt32BigEndian(span, (int)length);
            destination.Advance(sizeof(int) + (int)length);
            rest = rest[block.Length..];
        }
    }

    private static BatchFault DecompressBlock(ReadOnlySpan<byte> block, PooledBytes destination, int limit)
    {
        if (block.IsEmpty || Native.UncompressedLength(in block[0], (nuint)block.Length, out var length) != Ok)
            return BatchFault.Malformed;
        if (length > (nuint)Math.Max(limit, 0))
            return BatchFault.TooLarge;

        // The length is a claim: at most 64 times the block is possible, and no more is allocated for it.
        if (length > (nuint)block.Length * 64)
            return BatchFault.Malformed;

        var span = destination.GetSpan((int)length);
        if (Native.Uncompress(in block[0], (nuint)block.Length, ref span[0], ref length) != Ok)
            return BatchFault.Malformed;

        destination.Advance((int)length);
        return BatchFault.None;
    }

    private static void WriteInt32(PooledBytes destination, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(sizeof(int)), value);
        destination.Advance(sizeof(int));
    }

    private static class Native
    {
        private const string Library = "libsnappy.so.1";

        [DllImport(Library, EntryPoint = "snappy_uncompressed_length"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int UncompressedLength(in byte source, nuint length, out nuint result);

        [DllImport(Library, EntryPoint = "snappy_uncompress"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Uncompress(in byte source, nuint length, ref byte destination, ref nuint destinationLength);

        [DllImport(Library, EntryPoint = "snappy_max_compressed_length"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nuint MaxCompressedLength(nuint length);

        [DllImport(Library, EntryPoint = "snappy_compress"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Compress(in byte source, nuint length, ref byte destination, ref nuint destinationLength);
    }
}
