using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Records;

/// <summary>Opens batches one after the other. Keep one per loop: it holds the buffer that compressed ones are decompressed into.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class BatchReader(RecordCodecs codecs) : IDisposable
{
    private readonly PooledBytes _decompressed = new();

    /// <summary>Decompresses a batch where needed and checks its records.</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="header">Its head.</param>
    /// <param name="records">Its records, valid until the next call and while <paramref name="batch"/> is.</param>
    public BatchFault Read(ReadOnlyMemory<byte> batch, in BatchHeader header, out RecordSequence records)
    {
        records = default;
        var encoded = batch[BatchHeader.Size..header.SizeInBytes];
        if (header.RecordCount == 0)
            return encoded.IsEmpty ? BatchFault.None : BatchFault.Malformed;
        if (header.Compression == RecordCodecs.None)
            return Check(encoded.Span, header, out records);

        _decompressed.Clear();
        var fault = codecs.Decompress(header.Compression, encoded, _decompressed);
        return fault == BatchFault.None ? Check(_decompressed.Written, header, out records) : fault;
    }

    public void Dispose() => _decompressed.Dispose();

    private static BatchFault Check(ReadOnlySpan<byte> bytes, in BatchHeader header, out RecordSequence records) =>
        RecordSequence.TryRead(bytes, header.RecordCount, header.LastOffsetDelta, out records) ? BatchFault.None : BatchFault.Malformed;
}
