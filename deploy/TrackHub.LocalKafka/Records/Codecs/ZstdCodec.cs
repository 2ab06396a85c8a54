using System.Runtime.InteropServices;

namespace TrackHub.LocalKafka.Records.Codecs;

/// <summary>zstd, by libzstd. Sources: RFC 8878; zstd.h of https://github.com/facebook/zstd.</summary>
internal sealed class ZstdCodec : IRecordCodec
{
    /// <summary>The library's own default, which is also Kafka's.</summary>
    private const int Level = 3;

    /// <summary>ZSTD_error_dstSize_tooSmall, stable since 1.3.1 (zstd_errors.h).</summary>
    private const int DestinationTooSmall = 70;

    public string Package => "libzstd1";

    /// <remarks>
    /// Clients stream, so frames seldom tell their size: the destination is doubled until they fit. The stable part of the library's
    /// interface has no call that goes on where it stopped without C structures of pointers.
    /// </remarks>
    public BatchFault Decompress(ReadOnlyMemory<byte> source, PooledBytes destination, int limit)
    {
        if (source.IsEmpty)
            return BatchFault.Malformed;

        for (var capacity = Math.Min(limit, source.Length * 4L); ; capacity = Math.Min(limit, capacity * 4))
        {
            var span = destination.GetSpan((int)capacity)[..(int)capacity];
            var written = Native.Decompress(ref MemoryMarshal.GetReference(span), (nuint)capacity, in source.Span[0], (nuint)source.Length);
            if (Native.IsError(written) == 0)
            {
                destination.Advance((int)written);
                return BatchFault.None;
            }

            if (Native.GetErrorCode(written) != DestinationTooSmall)
                return BatchFault.Malformed;
            if (capacity == limit)
                return BatchFault.TooLarge;
        }
    }

    public void Compress(ReadOnlyMemory<byte> source, PooledBytes destination)
    {
        var bound = Native.CompressBound((nuint)source.Length);
        var span = destination.GetSpan((int)bound);
        var written = Native.Compress(ref span[0], bound, in MemoryMarshal.GetReference(source.Span), (nuint)source.Length, Level);
        if (Native.IsError(written) != 0)
            throw new InvalidOperationException($"zstd did not compress into the space it asked for: error {Native.GetErrorCode(written)}.");
        destination.Advance((int)written);
    }

    private static class Native
    {
        private const string Library = "libzstd.so.1";

        [DllImport(Library, EntryPoint = "ZSTD_isError"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern uint IsError(nuint code);

        [DllImport(Library, EntryPoint = "ZSTD_getErrorCode"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int GetErrorCode(nuint code);

        [DllImport(Library, EntryPoint = "ZSTD_decompress"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nuint Decompress(ref byte destination, nuint capacity, in byte source, nuint length);

        [DllImport(Library, EntryPoint = "ZSTD_compressBound"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nuint CompressBound(nuint length);

        [DllImport(Library, EntryPoint = "ZSTD_compress"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern nuint Compress(ref byte destination, nuint capacity, in byte source, nuint length, int level);
    }
}
