using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace TrackHub.LocalKafka.Wire;

/// <summary>
/// Reads messages from one frame.
/// </summary>
/// <remarks>
/// One per connection, reused. Every length is checked against what is left in the frame before anything is allocated, and the elements
/// of all arrays together against <see cref="MaxElements"/>: what a frame makes the reader allocate is at most a small multiple of its
/// size, and of a large frame a fixed amount beyond its strings and bytes.
/// </remarks>
internal sealed class WireReader() : WireCodec(fills: true)
{
    /// <summary>Elements that all arrays of one message may have together: more than clients send to one node, and some 20 MB as objects.</summary>
    public const int MaxElements = 200_000;

    /// <summary>Refuses invalid bytes: replaced ones would come back longer than they were sent.</summary>
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private Memory<byte> _frame;
    private int _position;
    private int _elements;

    /// <summary>Bytes not read yet.</summary>
    public int Remaining => _frame.Length - _position;

    /// <summary>Starts over on <paramref name="frame"/> (without its length prefix), non-flexible.</summary>
    public void Reset(Memory<byte> frame)
    {
        _frame = frame;
        _position = 0;
        _elements = 0;
        Version = 0;
        Flexible = false;
    }

    public bool Bool() => Take(1)[0] != 0;

    public sbyte Int8() => (sbyte)Take(1)[0];

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    public Guid Uuid() => new(Take(16), bigEndian: true);

    /// <summary>A string that may not be null.</summary>
    public string String() => NullableString() ?? Malformed<string>("a required string is null");

    /// <summary>A string or null.</summary>
    public string? NullableString()
    {
        var length = Flexible ? UnsignedVarInt() - 1 : Int16();
        return length < 0 ? null : Text(Take(length));
    }

    /// <summary>The header's client id, which keeps its classic layout in flexible versions.</summary>
    public string? ClassicNullableString()
    {
        var length = Int16();
        return length < 0 ? null : Text(Take(length));
    }

    /// <summary>Bytes or null, as a view that is valid while the request is answered.</summary>
    public Memory<byte>? NullableBytes()
    {
        var length = Flexible ? UnsignedVarInt() - 1 : Int32();
        if (length < 0)
            return null;

        Take(length);
        return _frame.Slice(_position - length, length);
    }

    /// <summary>Bytes that may not be null, copied: they outlive the request.</summary>
    public byte[] CopiedBytes() => (NullableBytes() ?? Malformed<Memory<byte>>("required bytes are null")).ToArray();

    /// <summary>An array's element count; -1 is null. No element takes less than a byte, so a larger count is refused.</summary>
    public int ArrayLength()
    {
        var count = Flexible ? UnsignedVarInt() - 1 : Int32();
        return count <= Remaining ? Math.Max(count, -1) : Malformed<int>("an array is longer than its frame");
    }

    /// <summary>Reads an array, null as empty.</summary>
    public List<T> Array<T>(Func<WireReader, T> element) => NullableArray(element) ?? [];

    /// <summary>An array of topics, each a name and an array of partitions: what most APIs on partitions ask with.</summary>
    /// <param name="partition">Reads a partition up to its tags.</param>
    public List<(string Name, List<T> Partitions)> Topics<T>(Func<WireReader, T> partition) => Array(topic =>
    {
        var name = topic.String();
        var partitions = topic.Array(reader =>
        {
            var element = partition(reader);
            reader.Tags();
            return element;
        });
        topic.Tags();
        return (name, partitions);
    });

    /// <summary>Reads an array or null.</summary>
    public List<T>? NullableArray<T>(Func<WireReader, T> element)
    {
        var count = ArrayLength();
        if (count < 0)
            return null;

        // Grown as elements arrive: a count alone, checked against bytes, could still ask for 16 times the frame.
        var list = new List<T>(Math.Min(count, 64));
        for (var i = 0; i < count; i++)
            list.Add(element(this));
        return list;
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
        value = NullableString();
        if (value is null && !mayBeNull)
            Malformed<string>("a required string is null");
    }

    protected override void Carry(ref byte[] value) => value = CopiedBytes();

    protected override void Carry(ref Memory<byte>? value) => value = NullableBytes();

    protected override void CarryCount(ref int count, bool mayBeNull)
    {
        count = ArrayLength();
        if (count < 0 && !mayBeNull)
            Malformed<int>("a required array is null");
        _elements += Math.Max(count, 0);
        if (_elements > MaxElements)
            Malformed<int>("its arrays have too many elements");
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Malformed<string>("a string is not UTF-8");
        }
    }

    private int UnsignedVarInt()
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var part = Take(1)[0];
            value |= (uint)(part & 0x7f) << shift;
            if (part < 0x80)
                return value <= int.MaxValue ? (int)value : Malformed<int>("a varint is out of range");
        }

        return Malformed<int>("a varint does not end");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining)
            Malformed<int>("a field reaches beyond its frame");

        var taken = _frame.Span.Slice(_position, count);
        _position += count;
        return taken;
    }

    [DoesNotReturn]
    private static T Malformed<T>(string why) => throw new MalformedRequestException(why);
}
