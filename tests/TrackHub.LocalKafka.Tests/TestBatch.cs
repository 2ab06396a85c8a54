using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Tests;

/// <summary>A record as tests write and read it.</summary>
/// <param name="Key">Null for a record without key.</param>
/// <param name="Value">Null for a tombstone.</param>
internal sealed record TestRecord(string? Key, string? Value, long UnixMs = 1);

/// <summary>Record batches for tests that speak to the log without a client.</summary>
internal static class TestBatch
{
    public static RecordCodecs Codecs { get; } = new(NullLogger.Instance);

    /// <summary>A batch of one record with key "key".</summary>
    public static byte[] Encode(string value, long unixMs = 1, long producerId = -1, short epoch = -1, int sequence = -1) =>
        Encode([new TestRecord("key", value, unixMs)], producerId: producerId, epoch: epoch, sequence: sequence);

    /// <summary>A batch as a producer sends it.</summary>
    public static byte[] Encode(TestRecord[] records, int codec = 0, long producerId = -1, short epoch = -1, int sequence = -1)
    {
        using var writer = new BatchWriter(Codecs);
        for (var i = 0; i < records.Length; i++)
            writer.Add(i, records[i].UnixMs - records[0].UnixMs, Bytes(records[i].Key), Bytes(records[i].Value));
        return writer.Build(BatchWriter.Head(records[0].UnixMs, codec) with
        {
            LastOffsetDelta = records.Length - 1,
            MaxTimestamp = records.Max(static record => record.UnixMs),
            ProducerId = producerId,
            ProducerEpoch = epoch,
            BaseSequence = sequence,
        }).ToArray();
    }

    public static AppendResult Append(this PartitionLog log, byte[] batch)
    {
        BatchHeader.TryRead(batch, out var header).ShouldBeTrue();
        return log.Append(batch, header);
    }

    /// <summary>All values of a log from an offset on, read as a consumer would: slice by slice.</summary>
    public static List<(long Offset, string Value)> ReadAll(this PartitionLog log, long from, int maxBytes = 1000) =>
        log.ReadRecords(from, maxBytes).ConvertAll(static read => (read.Offset, read.Record.Value!));

    /// <summary>All records of a log from an offset on.</summary>
    public static List<(long Offset, TestRecord Record)> ReadRecords(this PartitionLog log, long from = 0, int maxBytes = 1000)
    {
        var read = new List<(long, TestRecord)>();
        foreach (var (header, batch) in log.ReadBatches(from, maxBytes))
            read.AddRange(RecordsOf(header, batch).Where(record => record.Offset >= from));
        return read;
    }

    /// <summary>All batches of a log from the one that holds an offset on, checksums checked.</summary>
    public static List<(BatchHeader Header, byte[] Batch)> ReadBatches(this PartitionLog log, long from = 0, int maxBytes = 1000)
    {
        var read = new List<(BatchHeader, byte[])>();
        while (log.Find(from, maxBytes, atLeastOne: true) is { Length: > 0 } slice)
        {
            var bytes = new byte[slice.Length];
            var whole = slice.ReadWholeBatches(bytes);
            whole.ShouldBeGreaterThan(0);
            for (var position = 0; position < whole;)
            {
                BatchHeader.TryRead(bytes.AsSpan(position), out var header).ShouldBeTrue();
                var batch = bytes.AsSpan(position, header.SizeInBytes).ToArray();
                header.CrcMatches(batch).ShouldBeTrue();
                read.Add((header, batch));
                position += header.SizeInBytes;
                from = Math.Max(from, header.LastOffset + 1);
            }
        }

        return read;
    }

    /// <summary>The records of one batch with their offsets.</summary>
    public static List<(long Offset, TestRecord Record)> RecordsOf(BatchHeader header, byte[] batch)
    {
        using var reader = new BatchReader(Codecs);
        reader.Read(batch, header, out var records).ShouldBe(BatchFault.None);
        var read = new List<(long, TestRecord)>();
        foreach (var record in records)
        {
            read.Add((header.BaseOffset + record.OffsetDelta, new TestRecord(
                record.HasKey ? Encoding.UTF8.GetString(record.Key) : null,
                record.HasValue ? Encoding.UTF8.GetString(record.Value) : null,
                header.TimestampOf(record.TimestampDelta))));
        }

        return read;
    }

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
