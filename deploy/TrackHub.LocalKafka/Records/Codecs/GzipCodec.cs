using System.IO.Compression;
using System.Runtime.InteropServices;

namespace TrackHub.LocalKafka.Records.Codecs;

/// <summary>gzip, by .NET's own zlib. Source: RFC 1952.</summary>
internal sealed class GzipCodec : IRecordCodec
{
    public string? Package => null;

    public BatchFault Decompress(ReadOnlyMemory<byte> source, PooledBytes destination, int limit)
    {
        using var compressed = AsStream(source);
        using var gzip = new GZipStream(compressed, CompressionMode.Decompress);
        var start = destination.Length;
        try
        {
            while (gzip.Read(destination.GetSpan(source.Length)) is > 0 and var read)
            {
                destination.Advance(read);
                if (destination.Length - start > limit)
                    return BatchFault.TooLarge;
            }
        }
        catch (InvalidDataException)
        {
            return BatchFault.Malformed;
        }

        return BatchFault.None;
    }

    public void Compress(ReadOnlyMemory<byte> source, PooledBytes destination)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(source.Span);
        destination.Write(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    private static MemoryStream AsStream(ReadOnlyMemory<byte> source) => MemoryMarshal.TryGetArray(source, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(source.ToArray());
}
