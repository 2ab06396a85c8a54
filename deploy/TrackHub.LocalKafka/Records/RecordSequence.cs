namespace TrackHub.LocalKafka.Records;

/// <summary>The records of a batch, decompressed and checked; iterating cannot fail and allocates nothing.</summary>
internal readonly ref struct RecordSequence
{
    private readonly ReadOnlySpan<byte> _bytes;

    private RecordSequence(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>
    /// Checks that <paramref name="bytes"/> are exactly <paramref name="count"/> records whose offsets rise and end at or before
    /// <paramref name="lastOffsetDelta"/>.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, int count, int lastOffsetDelta, out RecordSequence records)
    {
        records = default;
        var rest = bytes;
        var last = -1;
        for (var i = 0; i < count; i++)
        {
            if (!Record.TryTake(ref rest, out var record) || record.OffsetDelta <= last)
                return false;
            last = record.OffsetDelta;
        }

        if (!rest.IsEmpty || last > lastOffsetDelta)
            return false;

        records = new RecordSequence(bytes);
        return true;
    }

    public Enumerator GetEnumerator() => new(_bytes);

    public ref struct Enumerator(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;
        private Record _current;

        public readonly Record Current => _current;

        public bool MoveNext() => Record.TryTake(ref _rest, out _current);
    }
}
