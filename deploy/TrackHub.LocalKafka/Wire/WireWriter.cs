using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace TrackHub.LocalKafka.Wire;

/// <summary>
/// Writes messages into one pooled frame.
/// </summary>
/// <remarks>One per connection, reused.</remarks>
internal sealed class WireWriter() : WireCodec(fills: false), IDisposable
{
    private const int IdleBytes = 1024;
    private const int KeptBytes = 64 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(IdleBytes);

    /// <summary>Bytes written; also a mark for <see cref="Truncate"/> and <see cref="PatchInt32"/>.</summary>
    public int Length { get; private set; }

    /// <summary>What was written. Valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, Length);

    /// <summary>Starts over, giving a buffer that a large response needed back to the pool.</summary>
    public void Reset()
    {
        Length = 0;
        Version = 0;
        Flexible = false;
        if (_buffer.Length <= KeptBytes)
            return;

        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(IdleBytes);
    }

    public void Bool(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    public void Int8(sbyte value) => Take(1)[0] = (byte)value;

    public void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(8), value);

    public void Uuid(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    public void Error(ErrorCode code) => Int16((short)code);

    public void String(string? value)
    {
        var length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        if (Flexible)
            UnsignedVarInt((uint)(length + 1));
        else
            Int16(checked((short)length));
        if (length > 0)
            Encoding.UTF8.GetBytes(value, Take(length));
    }

    public void Bytes(ReadOnlySpan<byte> value)
    {
        ArrayOrBytesLength(value.Length);
        value.CopyTo(Take(value.Length));
    }

    /// <summary>The element count of an array; -1 is null.</summary>
    public void ArrayLength(int count) => ArrayOrBytesLength(count);

    /// <summary>Writes an array of structures, each ended by its (empty) tagged fields in flexible versions.</summary>
    public void Array<T>(IReadOnlyCollection<T> items, Action<T> element)
    {
        ArrayLength(items.Count);
        foreach (var item in items)
        {
            element(item);
            Tags();
        }
    }

    /// <summary>Writes an array of 32-bit integers.</summary>
    public void Int32Array(params ReadOnlySpan<int> items)
    {
        ArrayLength(items.Length);
        foreach (var item in items)
            Int32(item);
    }

    /// <summary>Ends a structure: no tagged fields.</summary>
    public override void Tags()
    {
        if (Flexible)
            UnsignedVarInt(0);
    }

    /// <summary>
    /// Writes a bytes field of up to <paramref name="maxBytes"/> filled in place by <paramref name="fill"/>, which returns its true length.
    /// </summary>
    public int BytesInPlace<TState>(int maxBytes, TState state, Func<Memory<byte>, TState, int> fill)
    {
        var start = Length;
        // A flexible length is a varint whose width depends on the value; padding it to five bytes keeps the data in place.
        Take(Flexible ? 5 : 4);
        var data = Length;
        Ensure(maxBytes);
        var filled = fill(_buffer.AsMemory(data, maxBytes), state);
        Length = data + filled;
        if (Flexible)
            PatchPaddedVarInt(start, (uint)filled + 1);
        else
            PatchInt32(start, filled);
        return filled;
    }

    /// <summary>Overwrites four bytes written before at <paramref name="position"/>.</summary>
    public void PatchInt32(int position, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position, 4), value);

    /// <summary>Overwrites bytes written before at <paramref name="position"/>.</summary>
    public void PatchBytes(int position, ReadOnlySpan<byte> bytes) => bytes.CopyTo(_buffer.AsSpan(position));

    /// <summary>Forgets what was written after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    protected override void Carry(ref bool value) => Bool(value);

    protected override void Carry(ref sbyte value) => Int8(value);

    protected override void Carry(ref short value) => Int16(value);

    protected override void Carry(ref int value) => Int32(value);

    protected override void Carry(ref long value) => Int64(value);

    protected override void Carry(ref Guid value) => Uuid(value);

    protected override void Carry(ref string? value, bool mayBeNull) => String(value);

    protected override void Carry(ref byte[] value) => Bytes(value);

    protected override void Carry(ref Memory<byte>? value)
    {
        if (value is { } bytes)
            Bytes(bytes.Span);
        else
            ArrayOrBytesLength(-1);
    }

    protected override void CarryCount(ref int count, bool mayBeNull) => ArrayOrBytesLength(count);

    private void ArrayOrBytesLength(int length)
    {
        if (Flexible)
            UnsignedVarInt((uint)(length + 1));
        else
            Int32(length);
    }

    private void UnsignedVarInt(uint value)
    {
        for (; value >= 0x80; value >>= 7)
            Take(1)[0] = (byte)(value | 0x80);
        Take(1)[0] = (byte)value;
    }

    private void PatchPaddedVarInt(int position, uint value)
    {
        for (var i = 0; i < 4; i++, value >>= 7)
            _buffer[position + i] = (byte)(value | 0x80);
        _buffer[position + 4] = (byte)value;
    }

    private Span<byte> Take(int count)
    {
        Ensure(count);
        Length += count;
        return _buffer.AsSpan(Length - count, count);
    }

    private void Ensure(int count)
    {
        if (_buffer.Length - Length >= count)
            return;

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, checked(Length + count)));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
