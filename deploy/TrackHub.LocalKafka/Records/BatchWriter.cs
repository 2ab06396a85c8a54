using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Records;

/// <summary>Builds batches one after the other: <c>Clear</c>, <c>Add</c> records, <c>Build</c>.</summary>
/// <remarks>Not thread-safe. Sources: https://kafka.apache.org/documentation/#recordbatch and #record.</remarks>
internal sealed class BatchWriter(RecordCodecs codecs) : IDisposable
{
    private readonly PooledBytes _records = new();
    private readonly PooledBytes _batch = new();
    private int _count;

    /// <summary>Head of a batch by no idempotent producer whose records have their own times; <see cref="Build"/> counts and measures.</summary>
    /// <param name="baseTimestamp">Unix milliseconds that timestamp deltas start from.</param>
    /// <param name="codec">Number of its compression, 0 for none.</param>
    public static BatchHeader Head(long baseTimestamp, int codec = RecordCodecs.None) => new(
        BaseOffset: 0, SizeInBytes: 0, Magic: 2, Crc: 0, (short)codec, LastOffsetDelta: 0, baseTimestamp, MaxTimestamp: baseTimestamp,
        ProducerId: -1, ProducerEpoch: -1, BaseSequence: -1, RecordCount: 0);

    /// <summary>Starts over.</summary>
    public void Clear()
    {
        _records.Clear();
        _count = 0;
    }

    /// <summary>Adds a record of another batch with its key, value and headers.</summary>
    /// <param name="timestampDelta">Its milliseconds from this batch's base timestamp.</param>
    public void Add(in Record record, long timestampDelta)
    {
        AddHead(record.OffsetDelta, timestampDelta, record.Content.Length);
        _records.Write(record.Content);
    }

    /// <summary>Adds a record without headers.</summary>
    /// <param name="value">Null for a tombstone.</param>
    public void Add(int offsetDelta, long timestampDelta, byte[]? key, byte[]? value)
    {
        Span<byte> numbers = stackalloc byte[2 * VarInt.MaxBytes];
        var keyLength = VarInt.Write(numbers, key?.Length ?? -1);
        var valueLength = VarInt.Write(numbers[VarInt.MaxBytes..], value?.Length ?? -1);
        var content = keyLength + (key?.Length ?? 0) + valueLength + (value?.Length ?? 0) + 1;
        AddHead(offsetDelta, timestampDelta, content);
        _records.Write(numbers[..keyLength]);
        _records.Write(key);
        _records.Write(numbers.Slice(VarInt.MaxBytes, valueLength));
        _records.Write(value);
        _records.Write([0]);   // no headers
    }

    /// <summary>Finishes the batch: compressed by the codec in the head's attributes, with size, record count and checksum.</summary>
    /// <param name="head">Everything else: offsets, times, producer.</param>
    /// <returns>The batch, valid until the next <see cref="Build"/>.</returns>
    public Memory<byte> Build(in BatchHeader head)
    {
        _batch.Clear();
        _batch.GetSpan(BatchHeader.Size);
        _batch.Advance(BatchHeader.Size);
        if (_count > 0 && head.Compression != RecordCodecs.None)
            codecs.Compress(head.Compression, _records.WrittenMemory, _batch);
        else
            _batch.Write(_records.Written);

        var attributes = _count > 0 ? head.Attributes : head.Attributes & ~head.Compression;   // nothing is not compressed
        (head with { RecordCount = _count, Attributes = (short)attributes }).Write(_batch.Written);
        return _batch.WrittenMemory;
    }

    public void Dispose()
    {
        _records.Dispose();
        _batch.Dispose();
    }

    private void AddHead(int offsetDelta, long timestampDelta, int contentBytes)
    {
        Span<byte> head = stackalloc byte[1 + (2 * VarInt.MaxBytes)];
        head[0] = 0;   // attributes
        var length = 1 + VarInt.Write(head[1..], timestampDelta);
        length += VarInt.Write(head[length..], offsetDelta);
        _records.Advance(VarInt.Write(_records.GetSpan(VarInt.MaxBytes), length + contentBytes));
        _records.Write(head[..length]);
        _count++;
    }
}
