using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace TrackHub.LocalKafka.Wire;

/// <summary>Writes messages into one pooled frame.</summary>
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

    /// <summary>
    /// Starts over, in version 0 and not flexible, as headers begin; gives a buffer that a large response needed back to the pool.
    /// </summary>
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

    /// <summary>Writes what stands around messages: a frame's length, a response's correlation id.</summary>
    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);

    /// <summary>Ends a structure: no tagged fields.</summary>
    public override void Tags()
    {
        if (Flexible)
            UnsignedVarInt(0);
    }

    /// <summary>The length that stands before bytes; -1 is null.</summary>
    public void BytesLength(int length)
    {
        if (Flexible)
            UnsignedVarInt((uint)(length + 1));
        else
            Int32(length);
    }

    /// <summary>
    /// Writes a bytes field of up to <paramref name="maxBytes"/> filled in place by <paramref name="fill"/>, which returns its true length.
    /// </summary>
    public int BytesInPlace<TState>(int maxBytes, TState state, Func<Memory<byte>, TState, int> fill)
    {
        var start = Length;
        // A flexible length is a varint whose width depends on the value; padding it to five bytes keeps the data in place.
        Take(Flexible ? 5 : sizeof(int));
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
    public void PatchInt32(int position, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position, sizeof(int)), value);

    /// <summary>Forgets what was written after <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    protected override void Carry(ref bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    protected override void Carry(ref sbyte value) => Take(1)[0] = (byte)value;

    protected override void Carry(ref short value) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), value);

    protected override void Carry(ref int value) => Int32(value);

    protected override void Carry(ref long value) => BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);

    protected override void Carry(ref Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    protected override void Carry(ref string? value, bool mayBeNull)
    {
        var length = value is null ? -1 : Encoding.UTF8.GetByteCount(value);
        if (Flexible)
            UnsignedVarInt((uint)(length + 1));
        else
            BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), checked((short)length));
        if (length > 0)
            Encoding.UTF8.GetBytes(value, Take(length));
    }

    protected override void Carry(ref byte[] value) => Bytes(value);

    protected override void Carry(ref Memory<byte>? value)
    {
        if (value is { } bytes)
            Bytes(bytes.Span);
        else
            BytesLength(-1);
    }

    protected override void CarryCount(ref int count, bool mayBeNull) => BytesLength(count);   // arrays' counts are laid out alike

    private void Bytes(ReadOnlySpan<byte> value)
    {
        BytesLength(value.Length);
        value.CopyTo(Take(value.Length));
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
