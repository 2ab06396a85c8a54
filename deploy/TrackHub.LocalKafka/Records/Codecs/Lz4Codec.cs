using System.Runtime.InteropServices;

namespace TrackHub.LocalKafka.Records.Codecs;

/// <summary>lz4 in its frame format, by liblz4. Sources: lz4_Frame_format.md and lz4frame.h of https://github.com/lz4/lz4.</summary>
internal sealed class Lz4Codec : IRecordCodec
{
    private const uint ApiVersion = 100;

    public string Package => "liblz4-1";

    public BatchFault Decompress(ReadOnlyMemory<byte> source, PooledBytes destination, int limit)
    {
        Check(Native.CreateDecompressionContext(out var context, ApiVersion));
        try
        {
            var start = destination.Length;
            var rest = source.Span;
            var isFrameOpen = true;
            while (!rest.IsEmpty)
            {
                var span = destination.GetSpan(source.Length);
                nuint written = (nuint)span.Length, read = (nuint)rest.Length;
                var hint = Native.Decompress(context, ref span[0], ref written, in rest[0], ref read, options: 0);
                if (Native.IsError(hint) != 0 || (written == 0 && read == 0))
                    return BatchFault.Malformed;

                isFrameOpen = hint != 0;
                destination.Advance((int)written);
                rest = rest[(int)read..];
                if (destination.Length - start > limit)
                    return BatchFault.TooLarge;
            }

            return isFrameOpen ? DrainTo(destination, context, start, limit) : BatchFault.None;
        }
        finally
        {
            _ = Native.FreeDecompressionContext(context);
        }
    }

    public void Compress(ReadOnlyMemory<byte> source, PooledBytes destination)
    {
        // Java's client reads only frames whose blocks stand alone.
        var preferences = new Preferences { BlockMode = 1 };
        var bound = Native.CompressFrameBound((nuint)source.Length, in preferences);
        var span = destination.GetSpan((int)bound);
        var written = Native.CompressFrame(
            ref span[0], bound, in MemoryMarshal.GetReference(source.Span), (nuint)source.Length, in preferences);
        Check(written);
        destination.Advance((int)written);
    }

    /// <summary>What the library holds back because the last piece of the destination was full.</summary>
    private static BatchFault DrainTo(PooledBytes destination, nint context, int start, int limit)
    {
        while (true)
        {
            var span = destination.GetSpan(64 * 1024);
            nuint written = (nuint)span.Length, read = 0;
            byte nothing = 0;
            var hint = Native.Decompress(context, ref span[0], ref written, in nothing, ref read, options: 0);
            if (Native.IsError(hint) != 0 || (written == 0 && hint != 0))
                return BatchFault.Malformed;   // cut short

            destination.Advance((int)written);
            if (destination.Length - start > limit)
                return BatchFault.TooLarge;
            if (hint == 0)
                return BatchFault.None;
        }
    }

    private static void Check(nuint code)
    {
        if (Native.IsError(code) != 0)
            throw new InvalidOperationException("liblz4 has no memory, or is of an unknown version.");
    }

    /// <summary>LZ4F_preferences_t; all zero are the library's defaults.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Preferences
    {
        public int BlockSizeId;
        public int BlockMode;   // 1: independent
        public int ContentChecksum;
        public int FrameType;
        public ulong ContentSize;
        public uint DictionaryId;
        public int BlockChecksum;
        public int CompressionLevel;
        public uint AutoFlush;
        public uint FavorDecompressionSpeed;
        public uint Reserved0;
        public uint Reserved1;
        public uint Reserved2;
    }

    private static class Native
    {
        private const string Library = "liblz4.so.1";

        [DllImport(Library, EntryPoint = "LZ4F_isError"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern uint IsError(nuint code);

        [DllImport(Library, EntryPoint = "LZ4F_createDecompressionContext"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nuint CreateDecompressionContext(out nint context, uint version);

        [DllImport(Library, EntryPoint = "LZ4F_freeDecompressionContext"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nuint FreeDecompressionContext(nint context);

        [DllImport(Library, EntryPoint = "LZ4F_decompress"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nuint Decompress(
            nint context, ref byte destination, ref nuint destinationLength, in byte source, ref nuint sourceLength, nint options);

        [DllImport(Library, EntryPoint = "LZ4F_compressFrameBound"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nuint CompressFrameBound(nuint length, in Preferences preferences);

        [DllImport(Library, EntryPoint = "LZ4F_compressFrame"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nuint CompressFrame(
            ref byte destination, nuint capacity, in byte source, nuint length, in Preferences preferences);
    }
}
