namespace TrackHub.LocalKafka.Records;

/// <summary>
/// A view of one record. Layout: length, attributes, timestamp delta, offset delta, key, value, headers; numbers and lengths are
/// zig-zag varints, length -1 is null. Source: https://kafka.apache.org/documentation/#record.
/// </summary>
internal readonly ref struct Record
{
    private Record(long timestampDelta, int offsetDelta, bool hasKey, ReadOnlySpan<byte> key, bool hasValue, ReadOnlySpan<byte> value, ReadOnlySpan<byte> content)
    {
        TimestampDelta = timestampDelta;
        OffsetDelta = offsetDelta;
        HasKey = hasKey;
        Key = key;
        HasValue = hasValue;
        Value = value;
        Content = content;
    }

    /// <summary>Milliseconds from the batch's base timestamp.</summary>
    public long TimestampDelta { get; }

    /// <summary>Records from the batch's base offset.</summary>
    public int OffsetDelta { get; }

    public bool HasKey { get; }

    public ReadOnlySpan<byte> Key { get; }

    /// <summary>False for a tombstone.</summary>
    public bool HasValue { get; }

    public ReadOnlySpan<byte> Value { get; }

    /// <summary>Key, value and headers with their lengths, as encoded: all that does not depend on the batch.</summary>
    public ReadOnlySpan<byte> Content { get; }

    /// <summary>Takes a record off the front of <paramref name="bytes"/>; false if it is not one.</summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> bytes, out Record record)
    {
        record = default;
        if (!VarInt.TryTakeLength(ref bytes, out var length) || length < 1)
            return false;

        var rest = bytes[1..length];   // behind the attributes, of which none is in use
        if (!VarInt.TryTake(ref rest, out var timestampDelta)
            || !VarInt.TryTake(ref rest, out var offsetDelta)
            || offsetDelta is < 0 or > int.MaxValue)
        {
            return false;
        }

        var content = rest;
        if (!TryTakeBytes(ref rest, out var hasKey, out var key)
            || !TryTakeBytes(ref rest, out var hasValue, out var value)
            || !TrySkipHeaders(ref rest)
            || !rest.IsEmpty)
        {
            return false;
        }

        record = new Record(timestampDelta, (int)offsetDelta, hasKey, key, hasValue, value, content);
        bytes = bytes[length..];
        return true;
    }

    private static bool TryTakeBytes(scoped ref ReadOnlySpan<byte> bytes, out bool isThere, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        isThere = false;
        if (!VarInt.TryTakeLength(ref bytes, out var length))
            return false;
        if (length < 0)
            return true;

        isThere = true;
        taken = bytes[..length];
        bytes = bytes[length..];
        return true;
    }

    private static bool TrySkipHeaders(scoped ref ReadOnlySpan<byte> bytes)
    {
        if (!VarInt.TryTakeLength(ref bytes, out var count))   // each takes at least a byte
            return false;

        for (; count > 0; count--)
        {
            if (!TryTakeBytes(ref bytes, out var hasName, out _) || !hasName || !TryTakeBytes(ref bytes, out _, out _))
                return false;
        }

        return count == 0;
    }
}
