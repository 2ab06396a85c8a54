using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Records.Codecs;

namespace TrackHub.LocalKafka.Records;

/// <summary>The compressions of record batches by their number in the batch's attributes: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.</summary>
/// <remarks>
/// Thread-safe. The last three call Debian's libraries, loaded at first use; one that is missing is logged once and its batches are opaque.
/// </remarks>
internal sealed partial class RecordCodecs(ILogger logger, IReadOnlyList<IRecordCodec> codecs)
{
    /// <summary>
    /// Most bytes a batch may decompress to. Far above what clients put into one (a request is limited to 100 MiB before, a batch to
    /// about 1 MiB after compression), far below what a zstd frame of 1 MiB could be made to hold.
    /// </summary>
    public const int MaxDecompressedBytes = 64 * 1024 * 1024;

    public const int None = 0;

    private readonly bool[] _isMissing = new bool[codecs.Count];

    public RecordCodecs(ILogger logger)
        : this(logger, [new GzipCodec(), new SnappyCodec(), new Lz4Codec(), new ZstdCodec()])
    {
    }

    /// <summary>Decompresses all of <paramref name="source"/> to the end of <paramref name="destination"/>.</summary>
    /// <param name="codec">1 to 4; other numbers are malformed.</param>
    public BatchFault Decompress(int codec, ReadOnlyMemory<byte> source, PooledBytes destination)
    {
        var index = codec - 1;
        if ((uint)index >= (uint)codecs.Count)
            return BatchFault.Malformed;
        if (Volatile.Read(ref _isMissing[index]))
            return BatchFault.CodecMissing;

        try
        {
            return codecs[index].Decompress(source, destination, MaxDecompressedBytes);
        }
        catch (DllNotFoundException)
        {
            if (!Interlocked.Exchange(ref _isMissing[index], true))
                Log.LibraryMissing(logger, codecs[index].GetType().Name, codecs[index].Package);
            return BatchFault.CodecMissing;
        }
    }

    /// <summary>Compresses with a codec that has decompressed before, so its library is there.</summary>
    public void Compress(int codec, ReadOnlyMemory<byte> source, PooledBytes destination) =>
        codecs[codec - 1].Compress(source, destination);

    private static partial class Log
    {
        [LoggerMessage(60, LogLevel.Warning,
            "{Codec} needs a library that is not installed: apt-get install {Package}, then restart. Until then batches of this codec are "
            + "not compacted, look-ups by time name their first record, and topics with cleanup.policy=compact refuse them")]
        public static partial void LibraryMissing(ILogger logger, string codec, string? package);
    }
}
