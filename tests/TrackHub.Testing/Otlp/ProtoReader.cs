using System.Buffers.Binary;

namespace TrackHub.Testing.Otlp;

/// <summary>One field of a protobuf message.</summary>
/// <param name="Number">Field number.</param>
/// <param name="Value">Value of a varint or fixed field.</param>
/// <param name="Bytes">Bytes of a length-delimited field: text, bytes or a message.</param>
internal readonly record struct ProtoField(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The field as text.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>The field as lower-case hex.</summary>
    public string Hex => Convert.ToHexStringLower(Bytes.Span);
}

/// <summary>Walks over protobuf messages without their definitions. Source: https://protobuf.dev/programming-guides/encoding/.</summary>
internal static class ProtoReader
{
    /// <summary>The fields of a message in their order.</summary>
    /// <exception cref="FormatException">The bytes are no message.</exception>
    public static IEnumerable<ProtoField> Fields(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message.Span, ref at);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return new(number, Varint(message.Span, ref at), default);
                    break;
                case 1:
                    yield return new(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(message, 8, ref at).Span), default);
                    break;
                case 2:
                    var length = checked((int)Varint(message.Span, ref at));
                    yield return new(number, 0, Take(message, length, ref at));
                    break;
                case 5:
                    yield return new(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(message, 4, ref at).Span), default);
                    break;
                default:
                    throw new FormatException($"Wire type {key & 7} at byte {at} is not known.");
            }
        }
    }

    /// <summary>Follows a path of field numbers; repeated fields branch.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Follow(ReadOnlyMemory<byte> message, params ReadOnlySpan<int> path)
    {
        IEnumerable<ReadOnlyMemory<byte>> found = [message];
        foreach (var number in path)
            found = [.. found.SelectMany(inner => Fields(inner).Where(field => field.Number == number).Select(static field => field.Bytes))];
        return found;
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> message, int length, ref int at)
    {
        if (length < 0 || length > message.Length - at)
            throw new FormatException($"A field of {length} bytes at byte {at} does not fit into {message.Length}.");

        at += length;
        return message.Slice(at - length, length);
    }

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && at < message.Length; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        throw new FormatException($"A varint does not end at byte {at}.");
    }
}
