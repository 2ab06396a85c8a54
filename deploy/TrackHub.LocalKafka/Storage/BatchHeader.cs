using System.Buffers.Binary;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// The fixed 61-byte head of a record batch of magic 2. The records behind it stay opaque to the broker.
/// Source: https://kafka.apache.org/documentation/#recordbatch.
/// </summary>
/// <param name="BaseOffset">Offset of the first record.</param>
/// <param name="SizeInBytes">Whole batch, offset and length fields included.</param>
/// <param name="LastOffsetDelta">Offset of the last record less <paramref name="BaseOffset"/>.</param>
/// <param name="BaseTimestamp">Unix milliseconds that the records' timestamp deltas start from.</param>
/// <param name="MaxTimestamp">Largest timestamp of the batch in Unix milliseconds; the append time under LogAppendTime.</param>
/// <param name="ProducerId">Id of the idempotent producer, -1 for none.</param>
/// <param name="BaseSequence">Sequence number of the first record, -1 for none.</param>
internal readonly record struct BatchHeader(
    long BaseOffset,
    int SizeInBytes,
    byte Magic,
    uint Crc,
    short Attributes,
    int LastOffsetDelta,
    long BaseTimestamp,
    long MaxTimestamp,
    long ProducerId,
    short ProducerEpoch,
    int BaseSequence,
    int RecordCount)
{
    /// <summary>Bytes of the head.</summary>
    public const int Size = 61;

    /// <summary>Bytes in front of what the length field counts.</summary>
    public const int LengthPrefix = 12;

    private const int CrcPosition = 17;
    private const int AttributesPosition = 21;
    private const short CompressionMask = 0x07;
    private const short LogAppendTimeBit = 0x08;
    private const short TransactionalBit = 0x10;
    private const short ControlBit = 0x20;
    private const short DeleteHorizonBit = 0x40;

    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>Codec number: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.</summary>
    public int Compression => Attributes & CompressionMask;

    public bool IsLogAppendTime => (Attributes & LogAppendTimeBit) != 0;

    public bool IsTransactional => (Attributes & TransactionalBit) != 0;

    public bool IsControl => (Attributes & ControlBit) != 0;

    /// <summary>
    /// Unix milliseconds from which compaction may drop the batch's tombstones, or null. It stands in the place of the base timestamp,
    /// and the records' deltas start from it. Source: KIP-534.
    /// </summary>
    public long? DeleteHorizonMs => (Attributes & DeleteHorizonBit) != 0 ? BaseTimestamp : null;

    /// <summary>A record's time in Unix milliseconds.</summary>
    /// <param name="delta">Its milliseconds from the base timestamp.</param>
    public long TimestampOf(long delta) => IsLogAppendTime ? MaxTimestamp : unchecked(BaseTimestamp + delta);

    /// <summary>Reads a head; false if there are too few bytes or its lengths and counts contradict each other.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out BatchHeader header)
    {
        header = default;
        if (bytes.Length < Size)
            return false;

        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[8..]);
        if (length is < Size - LengthPrefix or > int.MaxValue - LengthPrefix)
            return false;

        header = new BatchHeader(
            BinaryPrimitives.ReadInt64BigEndian(bytes),
            length + LengthPrefix,
            bytes[16],
            BinaryPrimitives.ReadUInt32BigEndian(bytes[CrcPosition..]),
            BinaryPrimitives.ReadInt16BigEndian(bytes[AttributesPosition..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[23..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[27..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[35..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[43..]),
            BinaryPrimitives.ReadInt16BigEndian(bytes[51..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[53..]),
            BinaryPrimitives.ReadInt32BigEndian(bytes[57..]));
        return header is { LastOffsetDelta: >= 0, RecordCount: >= 0 };   // compaction leaves batches without records
    }

    /// <summary>This head with a delete horizon. The records' timestamp deltas have to be counted from it.</summary>
    public BatchHeader WithDeleteHorizon(long unixMs) => this with { Attributes = (short)(Attributes | DeleteHorizonBit), BaseTimestamp = unixMs };

    /// <summary>Writes the head in front of a batch's records, with the checksum over all of them and leader epoch 0.</summary>
    public void Write(Span<byte> batch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, BaseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[8..], batch.Length - LengthPrefix);
        BinaryPrimitives.WriteInt32BigEndian(batch[12..], 0);
        batch[16] = Magic;
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesPosition..], Attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[23..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(batch[27..], BaseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[35..], MaxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch[43..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[51..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[53..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[57..], RecordCount);
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcPosition..], Crc32C.Compute(batch[AttributesPosition..]));
    }

    /// <summary>A batch without records and time, as compaction leaves them: readers go on behind its last offset.</summary>
    public static byte[] EncodeEmpty(long firstOffset, long lastOffset)
    {
        var batch = new byte[Size];
        new BatchHeader(
            firstOffset, Size, Magic: 2, Crc: 0, Attributes: 0, checked((int)(lastOffset - firstOffset)), BaseTimestamp: -1, MaxTimestamp: -1,
            ProducerId: -1, ProducerEpoch: -1, BaseSequence: -1, RecordCount: 0).Write(batch);
        return batch;
    }

    /// <summary>Whether the checksum over attributes to end is the one the head states.</summary>
    public bool CrcMatches(ReadOnlySpan<byte> batch) => Crc32C.Compute(batch[AttributesPosition..SizeInBytes]) == Crc;

    /// <summary>
    /// Gives a batch its place in the log: base offset, leader epoch 0 and, under LogAppendTime, the append time with its attribute
    /// bit and a new checksum. Offset and epoch lie outside the checksum.
    /// </summary>
    public static void Stamp(Span<byte> batch, long baseOffset, long? appendTime)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[12..], 0);
        if (appendTime is not { } time)
            return;

        var attributes = BinaryPrimitives.ReadInt16BigEndian(batch[AttributesPosition..]);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesPosition..], (short)(attributes | LogAppendTimeBit));
        BinaryPrimitives.WriteInt64BigEndian(batch[35..], time);
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcPosition..], Crc32C.Compute(batch[AttributesPosition..]));
    }
}
