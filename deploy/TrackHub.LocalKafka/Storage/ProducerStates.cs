using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>
/// What a partition remembers of its idempotent producers: epoch and the last five batches, so that a batch sent again is answered with
/// its first offset and a gap is refused. Rebuilt from the batches' heads on start. Source: KIP-98, KIP-360.
/// </summary>
/// <remarks>Not thread-safe: used under the partition's append lock.</remarks>
internal sealed class ProducerStates
{
    /// <summary>Batches remembered per producer: the most a client may have in flight on one connection.</summary>
    private const int Remembered = 5;

    /// <summary>A producer silent for this long is forgotten (Kafka's producer.id.expiration.ms), which bounds the memory.</summary>
    private const long ExpirationMs = 24 * 60 * 60 * 1000;

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

    /// <summary>Remembers an appended batch; <paramref name="header"/> has its final offset and timestamp.</summary>
    public void Note(in BatchHeader header, long nowMs)
    {
        if (header.ProducerId < 0)
            return;

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
