using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace TrackHub.LocalKafka.Wire;

/// <summary>Reads messages from one frame.</summary>
/// <remarks>
/// One per connection, reused. Every length is checked against what is left in the frame before anything is allocated, and the elements
/// of all arrays together against <see cref="MaxElements"/>: what a frame makes the reader allocate is at most a small multiple of its
/// size, and of a large frame a fixed amount beyond its strings and bytes.
/// </remarks>
internal sealed class WireReader() : WireCodec(fills: true)
{
    /// <summary>Elements that all arrays of one message may have together: more than clients send to one node, and some 20 MB as objects.</summary>
    public const int MaxElements = 200_000;

    /// <summary>Bytes of a string, also where a compact length could say more, as in Kafka: classic versions could not carry it back.</summary>
    private const int MaxStringBytes = short.MaxValue;

    /// <summary>Refuses invalid bytes: replaced ones would come back longer than they were sent.</summary>
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private Memory<byte> _frame;
    private int _position;
    private int _elements;

    /// <summary>Bytes not read yet.</summary>
    public int Remaining => _frame.Length - _position;

    /// <summary>Starts over on <paramref name="frame"/> (without its length prefix), in version 0 and not flexible, as headers begin.</summary>
    public void Reset(Memory<byte> frame)
    {
        _frame = frame;
        _position = 0;
        _elements = 0;
        Version = 0;
        Flexible = false;
    }

    /// <summary>Skips the tagged fields of a flexible structure; none of those defined so far is used here.</summary>
    public override void Tags()
    {
        if (!Flexible)
            return;

        for (var count = UnsignedVarInt(); count > 0; count--)
        {
            UnsignedVarInt();
            Take(UnsignedVarInt());
        }
    }

    protected override void Carry(ref bool value) => value = Take(1)[0] != 0;

    protected override void Carry(ref sbyte value) => value = (sbyte)Take(1)[0];

    protected override void Carry(ref short value) => value = BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    protected override void Carry(ref int value) => value = BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    protected override void Carry(ref long value) => value = BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    protected override void Carry(ref Guid value) => value = new Guid(Take(16), bigEndian: true);

    protected override void Carry(ref string? value, bool mayBeNull)
    {
        var length = Flexible ? UnsignedVarInt() - 1 : BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));
        if (length > MaxStringBytes)
            Malformed("a string is too long");
        if (length < 0 && !mayBeNull)
            Malformed("a required string is null");
        if (length < 0)
            value = null;
        else if (Take(length) is var bytes && (value is null || !Ascii.Equals(bytes, value)))   // a reused header's client id is equal
            value = Text(bytes);
    }

    protected override void Carry(ref byte[] value)
    {
        var bytes = TakeBytes();
        if (bytes is null)
            Malformed("required bytes are null");
        value = bytes.Value.ToArray();
    }

    protected override void Carry(ref Memory<byte>? value) => value = TakeBytes();

    protected override void CarryCount(ref int count, bool mayBeNull)
    {
        count = Length();
        if (count < 0 && !mayBeNull)
            Malformed("a required array is null");

        // No element takes less than a byte.
        if (count > Remaining)
            Malformed("an array is longer than its frame");
        _elements += Math.Max(count, 0);
        if (_elements > MaxElements)
            Malformed($"its arrays have more than {MaxElements} elements");
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            Malformed("a string is not UTF-8");
            return "";
        }
    }

    [DoesNotReturn]
    private static void Malformed(string why) => throw new MalformedRequestException(why);

    /// <summary>The length of an array or of bytes; below 0 it is null.</summary>
    private int Length() => Flexible ? UnsignedVarInt() - 1 : BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    private Memory<byte>? TakeBytes()
    {
        var length = Length();
        if (length < 0)
            return null;

        Take(length);
        return _frame.Slice(_position - length, length);
    }

    private int UnsignedVarInt()
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = Take(1)[0];
            value |= (uint)(part & 0x7f) << shift;
            if (part >= 0x80)
                continue;
            if (value > int.MaxValue)
                Malformed("a varint is out of range");
            return (int)value;
        }

        Malformed("a varint does not end");
        return 0;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining)
            Malformed("a field reaches beyond its frame");

        var taken = _frame.Span.Slice(_position, count);
        _position += count;
        return taken;
    }
}
