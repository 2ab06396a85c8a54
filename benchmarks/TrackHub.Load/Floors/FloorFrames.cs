using System.Buffers.Binary;

namespace TrackHub.Load.Floors;

/// <summary>Reads the fields of a request that a floor needs, in the protocol's classic layout.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> frame)
{
    private ReadOnlySpan<byte> _rest = frame;

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public ReadOnlySpan<byte> Text() => Take(Math.Max((int)Int16(), 0));

    public ReadOnlySpan<byte> Bytes() => Take(Int32());

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}

/// <summary>Writes an answer, behind its length.</summary>
internal ref struct FrameWriter(Span<byte> frame)
{
    private readonly Span<byte> _frame = frame;
    private int _length;

    public void Byte(byte value) => Take(1)[0] = value;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);

    public void Text(ReadOnlySpan<byte> value)
    {
        Int16((short)value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>Writes the length and returns it, its own four bytes included.</summary>
    public readonly int Finish()
    {
        BinaryPrimitives.WriteInt32BigEndian(_frame, _length - sizeof(int));
        return _length;
    }

    private Span<byte> Take(int count)
    {
        _length += count;
        return _frame[(_length - count).._length];
    }
}
