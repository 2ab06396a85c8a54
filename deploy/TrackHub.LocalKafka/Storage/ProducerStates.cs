using System.Buffers.Binary;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// What a partition remembers of its idempotent producers: epoch and the last five batches, so that a batch sent again is answered with
/// its first offset and a gap is refused. Stored when a segment is closed, so that a start reads the heads of the last one only. Source: KIP-98, KIP-360.
/// </summary>
/// <remarks>Not thread-safe: used under the partition's append lock.</remarks>
/// <param name="clock">Its time that passes is what producers are forgotten by: a wall clock that jumps makes no batch a new one.</param>
internal sealed class ProducerStates(TimeProvider clock)
{
    /// <summary>Batches remembered per producer: the most a client may have in flight on one connection.</summary>
    private const int Remembered = 5;

    /// <summary>A producer silent for this long is forgotten (Kafka's producer.id.expiration.ms), which bounds the memory.</summary>
    private const long ExpirationMs = 24 * 60 * 60 * 1000;

    private const int Version = 2;
    private const int ProducerBytes = 14;
    private const int SentBytes = 24;

    private readonly Dictionary<long, Producer> _producers = [];
    private long _nextSweepMs;

    private readonly record struct Sent(int FirstSequence, int LastSequence, long BaseOffset, long Timestamp);

    private sealed class Producer
    {
        public short Epoch { get; set; }

        public long LastSeenMs { get; set; }

        public Queue<Sent> Batches { get; } = new(Remembered);

        public int LastSequence { get; set; }
    }

    private long NowMs => (long)clock.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Decides about a batch before it is appended.</summary>
    /// <returns>None: append it. None with an offset: a duplicate, stored there before. Else the error to answer.</returns>
    public (ErrorCode Error, long? DuplicateOffset, long Timestamp) Check(in BatchHeader header)
    {
        if (header.ProducerId < 0 || !_producers.TryGetValue(header.ProducerId, out var producer))
            return default;
        if (header.ProducerEpoch < producer.Epoch)
            return (ErrorCode.InvalidProducerEpoch, null, 0);
        if (header.ProducerEpoch > producer.Epoch)
            return header.BaseSequence == 0 ? default : (ErrorCode.OutOfOrderSequenceNumber, null, 0);

        var last = LastSequenceOf(header);
        foreach (var sent in producer.Batches)
        {
            if (sent.FirstSequence == header.BaseSequence && sent.LastSequence == last)
                return (ErrorCode.None, sent.BaseOffset, sent.Timestamp);
        }

        return header.BaseSequence == Following(producer.LastSequence, 1) ? default : (ErrorCode.OutOfOrderSequenceNumber, null, 0);
    }

    /// <summary>Whether a stored batch is its producer's last.</summary>
    public bool IsLast(in BatchHeader header) =>
        header.ProducerId >= 0
        && _producers.TryGetValue(header.ProducerId, out var producer)
        && producer.Epoch == header.ProducerEpoch
        && producer.LastSequence == LastSequenceOf(header);

    /// <summary>Remembers an appended batch; <paramref name="header"/> has its final offset and timestamp.</summary>
    public void Note(in BatchHeader header)
    {
        if (header.ProducerId < 0)
            return;

        var nowMs = NowMs;
        ForgetExpired(nowMs);
        if (!_producers.TryGetValue(header.ProducerId, out var producer))
            _producers.Add(header.ProducerId, producer = new Producer { Epoch = header.ProducerEpoch });
        if (producer.Epoch != header.ProducerEpoch)
            producer.Batches.Clear();
        if (producer.Batches.Count == Remembered)
            producer.Batches.Dequeue();

        producer.Epoch = header.ProducerEpoch;
        producer.LastSeenMs = nowMs;
        producer.LastSequence = LastSequenceOf(header);
        producer.Batches.Enqueue(new Sent(header.BaseSequence, producer.LastSequence, header.BaseOffset, header.MaxTimestamp));
    }

    /// <summary>
    /// All that is remembered, to be stored: 4 bytes version 2, then for each producer id (8), epoch (2),
    /// 4 bytes count of batches and for each first and last sequence (4 + 4), offset and timestamp (8 + 8). Big-endian.
    /// </summary>
    public byte[] Encode()
    {
        var bytes = new byte[4 + _producers.Values.Sum(static producer => ProducerBytes + (producer.Batches.Count * SentBytes))];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Version);
        var rest = bytes.AsSpan(4);
        foreach (var (id, producer) in _producers)
        {
            BinaryPrimitives.WriteInt64BigEndian(rest, id);
            BinaryPrimitives.WriteInt16BigEndian(rest[8..], producer.Epoch);
            BinaryPrimitives.WriteInt32BigEndian(rest[10..], producer.Batches.Count);
            rest = rest[ProducerBytes..];
            foreach (var sent in producer.Batches)
            {
                BinaryPrimitives.WriteInt32BigEndian(rest, sent.FirstSequence);
                BinaryPrimitives.WriteInt32BigEndian(rest[4..], sent.LastSequence);
                BinaryPrimitives.WriteInt64BigEndian(rest[8..], sent.BaseOffset);
                BinaryPrimitives.WriteInt64BigEndian(rest[16..], sent.Timestamp);
                rest = rest[SentBytes..];
            }
        }

        return bytes;
    }

    /// <summary>Takes over what <see cref="Encode"/> stored, as seen now; false, and nothing is remembered, if it is of another version.</summary>
    public bool TryLoad(ReadOnlySpan<byte> bytes)
    {
        _producers.Clear();
        if (bytes.Length < 4 || BinaryPrimitives.ReadInt32BigEndian(bytes) != Version)
            return false;

        for (bytes = bytes[4..]; bytes.Length >= ProducerBytes;)
        {
            var producer = new Producer
            {
                Epoch = BinaryPrimitives.ReadInt16BigEndian(bytes[8..]),
                LastSeenMs = NowMs,
            };
            _producers[BinaryPrimitives.ReadInt64BigEndian(bytes)] = producer;
            var batches = BinaryPrimitives.ReadInt32BigEndian(bytes[10..]);
            bytes = bytes[ProducerBytes..];
            for (; batches > 0; batches--, bytes = bytes[SentBytes..])
            {
                producer.LastSequence = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);
                producer.Batches.Enqueue(new Sent(
                    BinaryPrimitives.ReadInt32BigEndian(bytes),
                    producer.LastSequence,
                    BinaryPrimitives.ReadInt64BigEndian(bytes[8..]),
                    BinaryPrimitives.ReadInt64BigEndian(bytes[16..])));
            }
        }

        return true;
    }

    private void ForgetExpired(long nowMs)
    {
        if (nowMs < _nextSweepMs)
            return;

        _nextSweepMs = nowMs + (ExpirationMs / 24);
        foreach (var (id, producer) in _producers)
        {
            if (nowMs - producer.LastSeenMs > ExpirationMs)
                _producers.Remove(id);
        }
    }

    private static int LastSequenceOf(in BatchHeader header) => Following(header.BaseSequence, header.LastOffsetDelta);

    /// <summary>Sequence numbers wrap from 2^31-1 to 0.</summary>
    private static int Following(int sequence, int by) => (int)(((long)sequence + by) & int.MaxValue);
}
