using System.Buffers;
using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// Reads a segment from its start, checks every batch and rebuilds the index. What follows the last whole batch with a right checksum
/// is a torn tail and is cut. A damaged batch with sound ones behind it is reported and skipped, so that the rest is still served.
/// </summary>
internal static partial class SegmentRecovery
{
    private const int InitialBufferBytes = 256 * 1024;

    /// <summary>Recovers <paramref name="segment"/>.</summary>
    /// <param name="expectedOffset">The offset its first batch may not precede.</param>
    /// <param name="isLast">Only the last segment was being written, so only its tail is cut; elsewhere the rest is skipped and kept.</param>
    /// <param name="onBatch">Called with each sound batch in order.</param>
    /// <returns>The offset after the last record.</returns>
    public static long Recover(Segment segment, long expectedOffset, bool isLast, Action<BatchHeader> onBatch, ILogger logger)
    {
        var fileLength = segment.FileLength;
        var next = expectedOffset;
        var position = 0L;
        long? damageStart = null;
        var buffer = ArrayPool<byte>.Shared.Rent(InitialBufferBytes);
        try
        {
            while (ReadFrame(segment, position, fileLength, ref buffer) is { } header)
            {
                // A frame that cannot follow the log so far is not a batch: nothing behind it can be trusted.
                if (header.BaseOffset < next || header.Magic != 2)
                    break;

                if (!header.CrcMatches(buffer))
                {
                    damageStart ??= position;
                    position += header.SizeInBytes;
                    continue;
                }

                if (damageStart is { } start)
                {
                    segment.NoteDamage(start, position);
                    Log.DamageSkipped(logger, segment.Path, start, position - start);
                    damageStart = null;
                }

                segment.Note(position, header);
                onBatch(header);
                next = header.LastOffset + 1;
                position += header.SizeInBytes;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (fileLength > segment.Length && !isLast)
        {
            Log.DamageKept(logger, segment.Path, segment.Length, fileLength - segment.Length);
            segment.NoteDamage(segment.Length, fileLength);
        }
        else if (fileLength > segment.Length)
        {
            Log.TailCut(logger, segment.Path, segment.Length, fileLength - segment.Length);
            segment.CutTail();
        }

        return next;
    }

    private static BatchHeader? ReadFrame(Segment segment, long position, long fileLength, ref byte[] buffer)
    {
        if (segment.Read(buffer.AsSpan(0, BatchHeader.Size), position) < BatchHeader.Size
            || !BatchHeader.TryRead(buffer, out var header)
            || header.SizeInBytes > fileLength - position)
        {
            return null;
        }

        if (header.SizeInBytes > buffer.Length)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(header.SizeInBytes);
        }

        return segment.Read(buffer.AsSpan(0, header.SizeInBytes), position) == header.SizeInBytes ? header : null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Segment {Path}: cut a torn tail of {Bytes} bytes at position {Position}")]
        public static partial void TailCut(ILogger logger, string path, long position, long bytes);

        [LoggerMessage(2, LogLevel.Error, "Segment {Path}: skipped {Bytes} damaged bytes at position {Position}; sound batches follow")]
        public static partial void DamageSkipped(ILogger logger, string path, long position, long bytes);

        [LoggerMessage(3, LogLevel.Error, "Segment {Path}: {Bytes} bytes from position {Position} on are damaged; they are kept but not served")]
        public static partial void DamageKept(ILogger logger, string path, long position, long bytes);
    }
}
