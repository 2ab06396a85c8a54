using System.Buffers.Binary;
using System.Text;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests;

/// <summary>Record batches of one record for tests that speak to the log without a client.</summary>
internal static class TestBatch
{
    public static byte[] Encode(string value, long unixMs = 1, long producerId = -1, short epoch = -1, int sequence = -1)
    {
        var batch = SingleRecord.Encode("key"u8.ToArray(), Encoding.UTF8.GetBytes(value), unixMs);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(43), producerId);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(51), epoch);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(53), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(17), Crc32C.Compute(batch.AsSpan(21)));
        return batch;
    }

    public static AppendResult Append(this PartitionLog log, byte[] batch)
    {
        BatchHeader.TryRead(batch, out var header).ShouldBeTrue();
        return log.Append(batch, header);
    }

    /// <summary>All values of a log from an offset on, read as a consumer would: slice by slice.</summary>
    public static List<(long Offset, string Value)> ReadAll(this PartitionLog log, long from, int maxBytes = 1000)
    {
        var read = new List<(long, string)>();
        while (log.Find(from, maxBytes, atLeastOne: true) is { Length: > 0 } slice)
        {
            var bytes = new byte[slice.Length];
            var whole = slice.ReadWholeBatches(bytes);
            whole.ShouldBeGreaterThan(0);
            for (var position = 0; position < whole;)
            {
                BatchHeader.TryRead(bytes.AsSpan(position), out var header).ShouldBeTrue();
                header.CrcMatches(bytes.AsSpan(position)).ShouldBeTrue();
                SingleRecord.TryDecode(bytes.AsSpan(position, header.SizeInBytes), out _, out var value).ShouldBeTrue();
                if (header.BaseOffset >= from)
                    read.Add((header.BaseOffset, Encoding.UTF8.GetString(value!)));
                position += header.SizeInBytes;
                from = Math.Max(from, header.LastOffset + 1);
            }
        }

        return read;
    }
}
