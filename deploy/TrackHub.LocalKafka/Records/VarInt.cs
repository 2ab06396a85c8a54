namespace TrackHub.LocalKafka.Records;

/// <summary>Zig-zag varints, the numbers inside records. Source: https://kafka.apache.org/documentation/#record and the encoding of
/// https://protobuf.dev/programming-guides/encoding/#signed-ints.</summary>
internal static class VarInt
{
    /// <summary>Bytes of the longest one.</summary>
    public const int MaxBytes = 10;

    /// <summary>Takes a number off the front of <paramref name="bytes"/>; false, with nothing taken, if it does not end.</summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> bytes, out long value)
    {
        var raw = 0UL;
        for (var i = 0; i < Math.Min(bytes.Length, MaxBytes); i++)
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

    /// <summary>Takes a length: -1 for null, otherwise no more than what follows it.</summary>
    public static bool TryTakeLength(scoped ref ReadOnlySpan<byte> bytes, out int length)
    {
        var isNumber = TryTake(ref bytes, out var value);
        length = isNumber && value <= bytes.Length ? (int)Math.Max(value, int.MinValue) : int.MinValue;
        return length >= -1;
    }

    /// <summary>Writes <paramref name="value"/> and returns how many bytes it took.</summary>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    public static int Write(Span<byte> destination, long value)
    {
        var zigZag = (ulong)((value << 1) ^ (value >> 63));
        var length = 0;
        for (; zigZag >= 0x80; zigZag >>= 7)
            destination[length++] = (byte)(zigZag | 0x80);
        destination[length++] = (byte)zigZag;
        return length;
    }
}
