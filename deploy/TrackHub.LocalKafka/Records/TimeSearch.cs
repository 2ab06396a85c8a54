using System.Buffers;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Records;

/// <summary>Finds records by their time, also inside batches and where times are out of order.</summary>
internal static class TimeSearch
{
    /// <summary>Timestamp (Unix milliseconds) and offset of the first record at or after <paramref name="timestamp"/>; null if there is none.</summary>
    /// <remarks>An opaque batch is answered with its first record, which is never too late.</remarks>
    public static (long Timestamp, long Offset)? FirstAtOrAfter(PartitionLog log, long timestamp, RecordCodecs codecs)
    {
        using var reader = new BatchReader(codecs);
        var start = log.StartOffset;
        for (var from = start; log.FindTimestamp(timestamp, from) is { } batch;)
        {
            if (FirstIn(batch.Slice, batch.Header, timestamp, start, reader) is { } found)
                return found;

            // A head may promise a later time than its records have: then the search goes on behind it. What was deleted or compacted
            // meanwhile is looked for again.
            if (batch.Slice.Segment is { IsClosed: false })
                from = batch.Header.LastOffset + 1;
        }

        return null;
    }

    private static (long Timestamp, long Offset)? FirstIn(
        LogSlice slice, in BatchHeader header, long timestamp, long logStart, BatchReader reader)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(slice.Length);
        try
        {
            if (slice.ReadWholeBatches(buffer) < header.SizeInBytes)
                return null;
            if (reader.Read(buffer, header, out var records) != BatchFault.None)
                return (header.DeleteHorizonMs is null ? header.BaseTimestamp : header.MaxTimestamp, Math.Max(header.BaseOffset, logStart));

            foreach (var record in records)
            {
                var time = header.TimestampOf(record.TimestampDelta);
                if (time >= timestamp && header.BaseOffset + record.OffsetDelta >= logStart)
                    return (time, header.BaseOffset + record.OffsetDelta);
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
