using System.Buffers;

namespace TrackHub.LocalKafka.Storage;

/// <summary>Finds a record by its time inside one batch, the only place that looks at records.</summary>
/// <remarks>Record: length, attributes, timestamp delta, offset delta, …, the numbers as zig-zag varints. Source: KIP-98.</remarks>
internal static class RecordTimes
{
    /// <summary>Timestamp (Unix milliseconds) and offset of the first record at or after <paramref name="timestamp"/>.</summary>
    /// <returns>For a compressed batch with the producers' times its first record, which is never too late.</returns>
    public static (long Timestamp, long Offset) FirstAtOrAfter(LogSlice slice, in BatchHeader header, long timestamp)
    {
        if (header.IsLogAppendTime)
            return (header.MaxTimestamp, header.BaseOffset);
        if (header.Compression != 0)
            return (header.BaseTimestamp, header.BaseOffset);

        var buffer = ArrayPool<byte>.Shared.Rent(slice.Length);
        try
        {
            var read = slice.ReadWholeBatches(buffer);
            var records = (ReadOnlySpan<byte>)buffer.AsSpan(0, read);
            return read > BatchHeader.Size && Find(records[BatchHeader.Size..], header, timestamp) is { } found
                ? found
                : (header.BaseTimestamp, header.BaseOffset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static (long Timestamp, long Offset)? Find(ReadOnlySpan<byte> records, in BatchHeader header, long timestamp)
    {
        for (var i = 0; i < header.RecordCount; i++)
        {
            if (!TryVarLong(ref records, out var length) || length < 1 || length > records.Length)
                return null;

            var record = records[1..(int)length];
            if (!TryVarLong(ref record, out var timestampDelta) || !TryVarLong(ref record, out var offsetDelta))
                return null;
            if (header.BaseTimestamp + timestampDelta >= timestamp)
                return (header.BaseTimestamp + timestampDelta, header.BaseOffset + offsetDelta);
            records = records[(int)length..];
        }

        return null;
    }

    private static bool TryVarLong(ref ReadOnlySpan<byte> bytes, out long value)
    {
        var raw = 0UL;
        for (var i = 0; i < Math.Min(bytes.Length, 10); i++)
        {
            raw |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] >= 0x80)
                continue;

            bytes = bytes[(i + 1)..];
            value = (long)(raw >> 1) ^ -(long)(raw & 1);
            return true;
        }

        value = 0;
        return false;
    }
}
