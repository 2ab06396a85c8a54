using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace TrackHub.Schemas;

/// <summary>
/// Writes Avro binary into a span or an <see cref="IBufferWriter{T}"/>, without allocating.
/// Source: Avro 1.11 specification, "Binary Encoding".
/// </summary>
/// <remarks>
/// Over a span it never writes past the end: it goes on counting nothing and says <see cref="Overflowed"/>. Over a buffer
/// writer the bytes are the sink's only after <see cref="Flush"/>.
/// </remarks>
public ref struct AvroWriter
{
    internal static readonly long MinUnixMilliseconds = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    internal static readonly long MaxUnixMilliseconds = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    private const int MaxVarintBytes = 10;
    private const int MaxUtf8Bytes = 3;   // of one UTF-16 unit
    private const int MaxShortText = 63;   // longest whose length takes one byte

    private readonly IBufferWriter<byte>? _sink;
    private Span<byte> _free;

    /// <summary>Writes into <paramref name="destination"/>, from its start.</summary>
    public AvroWriter(Span<byte> destination)
    {
        _free = destination;
    }

    /// <summary>Appends to <paramref name="sink"/>.</summary>
    public AvroWriter(IBufferWriter<byte> sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _sink = sink;
    }

    /// <summary>Bytes in the span, or in the sink's current piece.</summary>
    public int Written { get; private set; }

    /// <summary>True when the span was too small; what it holds is then of no use.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Hands what was written to the sink.</summary>
    public void Flush()
    {
        _sink?.Advance(Written);
        if (_sink is null)
            return;

        Written = 0;
        _free = default;
    }

    /// <summary>One byte, 0 or 1.</summary>
    public void WriteBoolean(bool value)
    {
        if (!Reserve(1))
            return;

        _free[Written++] = value ? (byte)1 : (byte)0;
    }

    /// <summary>A zig-zag varint.</summary>
    public void WriteInt(int value) => WriteLong(value);

    /// <summary>A zig-zag varint.</summary>
    public void WriteLong(long value)
    {
        var raw = (ulong)((value << 1) ^ (value >> 63));
        var at = Written;

        // Most numbers of a record are lengths, branches and small counts.
        if (raw < 0x80 && (uint)at < (uint)_free.Length)
        {
            _free[at] = (byte)raw;
            Written = at + 1;
            return;
        }

        WriteVarint(raw);
    }

    /// <summary>Four bytes, little-endian IEEE 754.</summary>
    internal void WriteFloat(float value)
    {
        if (!Reserve(sizeof(float)))
            return;

        BinaryPrimitives.WriteSingleLittleEndian(_free[Written..], value);
        Written += sizeof(float);
    }

    /// <summary>Eight bytes, little-endian IEEE 754.</summary>
    public void WriteDouble(double value)
    {
        if (!Reserve(sizeof(double)))
            return;

        BinaryPrimitives.WriteDoubleLittleEndian(_free[Written..], value);
        Written += sizeof(double);
    }

    /// <summary>The length in UTF-8, then the text. A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.</summary>
    public void WriteString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        WriteString(value.AsSpan());
    }

    /// <inheritdoc cref="WriteString(string)"/>
    public void WriteString(scoped ReadOnlySpan<char> value)
    {
        var at = Written;
        var free = _free;

        // Most texts are short and ASCII: they are narrowed where they will stand, behind the one byte of their length.
        if (value.Length <= MaxShortText && free.Length - at > MaxShortText
            && Ascii.FromUtf16(value, free.Slice(at + 1, value.Length), out _) == OperationStatus.Done)
        {
            free[at] = (byte)(value.Length << 1);
            Written = at + 1 + value.Length;
            return;
        }

        if (free.Length - at >= MaxVarintBytes + ((long)MaxUtf8Bytes * value.Length))
        {
            WriteStringAtOnce(value);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        WriteLong(length);
        if (!Reserve(length))
            return;

        Written += Encoding.UTF8.GetBytes(value, _free[Written..]);
    }

    /// <summary>The length, then the bytes.</summary>
    public void WriteBytes(byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        WriteBytes(value.AsSpan());
    }

    /// <inheritdoc cref="WriteBytes(byte[])"/>
    public void WriteBytes(scoped ReadOnlySpan<byte> value)
    {
        WriteLong(value.Length);
        WriteRaw(value);
    }

    /// <summary>Bytes that are Avro already.</summary>
    internal void WriteRaw(scoped ReadOnlySpan<byte> encoded)
    {
        if (!Reserve(encoded.Length))
            return;

        encoded.CopyTo(_free[Written..]);
        Written += encoded.Length;
    }

    /// <summary>Logical type timestamp-millis; what is finer than a millisecond is cut off.</summary>
    public void WriteTimestamp(DateTimeOffset value) => WriteLong(value.ToUnixTimeMilliseconds());

    /// <summary>The number of a symbol.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not below <paramref name="symbols"/>.</exception>
    public void WriteEnum(int index, int symbols)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, symbols);
        WriteLong(index);
    }

    /// <summary>The branch of a union.</summary>
    public void WriteBranch(int branch) => WriteLong(branch);

    /// <summary>Items in the array block that follows; 0 ends the array.</summary>
    public void WriteBlockCount(int count) => WriteLong(count);

    private static int VarintBytes(ulong raw) => Math.Min(MaxVarintBytes, ((64 - System.Numerics.BitOperations.LeadingZeroCount(raw | 1)) + 6) / 7);

    private void WriteVarint(ulong raw)
    {
        var bytes = VarintBytes(raw);
        if (!Reserve(bytes))
            return;

        var room = _free.Slice(Written, bytes);
        for (var i = 0; i < room.Length; i++, raw >>= 7)
            room[i] = (byte)(raw | 0x80);
        room[^1] &= 0x7F;
        Written += bytes;
    }

    /// <summary>
    /// The text in one pass, where its longest form fits: room for the length is kept as if it were ASCII, and text that is not moves up by
    /// what the length takes more. Measured by EncodeBenchmarks.
    /// </summary>
    private void WriteStringAtOnce(scoped ReadOnlySpan<char> value)
    {
        var room = VarintBytes((ulong)value.Length << 1);
        var length = Encoding.UTF8.GetBytes(value, _free[(Written + room)..]);
        var needed = VarintBytes((ulong)length << 1);
        if (needed != room)
            _free.Slice(Written + room, length).CopyTo(_free[(Written + needed)..]);

        WriteLong(length);
        Written += length;
    }

    private bool Reserve(int bytes)
    {
        if (_free.Length - Written >= bytes)
            return !Overflowed;

        if (_sink is null)
        {
            Overflowed = true;
            _free = default;   // so that nothing finds room any more
            return false;
        }

        _sink.Advance(Written);
        Written = 0;
        _free = _sink.GetSpan(bytes);
        return true;
    }
}
