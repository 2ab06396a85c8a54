using System.Buffers.Binary;
using System.Text;

namespace TrackHub.Schemas;

/// <summary>
/// Reads Avro binary from a span. Trusts nothing: every length is checked against what is left, so that what is allocated
/// stays in proportion to the input. Source: Avro 1.11 specification, "Binary Encoding".
/// </summary>
/// <remarks>
/// The bound: whatever the bytes, a generated decoder allocates at most 256 bytes per byte of input and 64 KiB besides (one record's
/// defaults, one exception), in a number of steps linear in the input: every item of an array takes at least a byte, a list is made no
/// longer than items can follow, and generated types do not nest in themselves. Property tests measure it for every record.
/// <para>After an <see cref="AvroFormatException"/> the reader must not be used on.</para>
/// </remarks>
public ref struct AvroReader(ReadOnlySpan<byte> encoded)
{
    private const int MaxVarintBytes = 10;   // 64 bits in groups of 7
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _encoded = encoded;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _encoded.Length - Position;

    /// <summary>One byte, 0 or 1.</summary>
    public bool ReadBoolean()
    {
        var value = Take(1)[0];
        if (value > 1)
            AvroFormatException.Throw(Position - 1, "a boolean is 0 or 1");
        return value == 1;
    }

    /// <summary>A zig-zag varint within 32 bits.</summary>
    public int ReadInt()
    {
        var start = Position;
        var value = ReadLong();
        if (value is < int.MinValue or > int.MaxValue)
            AvroFormatException.Throw(start, "an int has 32 bits");
        return (int)value;
    }

    /// <summary>A zig-zag varint of at most ten bytes.</summary>
    public long ReadLong()
    {
        var raw = 0UL;
        for (var i = 0; i < MaxVarintBytes; i++)
        {
            var at = Position + i;
            if (at >= _encoded.Length)
                AvroFormatException.Throw(Position, "the input ends inside a number");

            var next = _encoded[at];
            if (i == MaxVarintBytes - 1 && next > 1)
                break;

            raw |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                Position = at + 1;
                return (long)(raw >> 1) ^ -(long)(raw & 1);
            }
        }

        AvroFormatException.Throw(Position, "a number has at most 64 bits");
        return 0;
    }

    /// <summary>Eight bytes, little-endian IEEE 754.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    /// <summary>Four bytes, little-endian IEEE 754.</summary>
    internal float ReadFloat() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    /// <summary>A length, then that many bytes of UTF-8.</summary>
    public string ReadString()
    {
        var start = Position;
        var utf8 = TakeSized();
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            AvroFormatException.Throw(start, "a string is UTF-8");
            return "";
        }
    }

    /// <summary>A length, then that many bytes.</summary>
    public byte[] ReadBytes() => TakeSized().ToArray();

    /// <summary>Logical type timestamp-millis: milliseconds since 1970-01-01 UTC, years 1 to 9999.</summary>
    public DateTimeOffset ReadTimestamp()
    {
        var start = Position;
        var milliseconds = ReadLong();
        if (milliseconds < AvroWriter.MinUnixMilliseconds || milliseconds > AvroWriter.MaxUnixMilliseconds)
            AvroFormatException.Throw(start, "a timestamp lies in the years 1 to 9999");
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    /// <summary>The number of a symbol, below <paramref name="symbols"/>.</summary>
    public int ReadEnum(int symbols)
    {
        var start = Position;
        var index = ReadLong();
        if (index < 0 || index >= symbols)
            AvroFormatException.Throw(start, $"an enum of {symbols} symbols has no such symbol");
        return (int)index;
    }

    /// <summary>The branch of a union of two: 0 or 1.</summary>
    public int ReadBranch() => ReadBranch(branches: 2);

    /// <summary>The branch of a union, below <paramref name="branches"/>.</summary>
    internal int ReadBranch(int branches)
    {
        var start = Position;
        var branch = ReadLong();
        if (branch < 0 || branch >= branches)
            AvroFormatException.Throw(start, $"a union of {branches} has no such branch");
        return (int)branch;
    }

    /// <summary>
    /// Items in an array's next block, 0 at its end. A count in the negative form is followed by the block's size, which is
    /// checked and otherwise not needed.
    /// </summary>
    /// <param name="minItemBytes">Least bytes of an item, at least 1: more items than fit into the rest are refused.</param>
    public int ReadBlockCount(int minItemBytes)
    {
        var start = Position;
        var count = ReadLong();
        if (count < 0)
        {
            if (count == long.MinValue)
                AvroFormatException.Throw(start, "a block holds no more items than bytes follow");
            count = -count;
            var size = ReadLong();
            if (size < 0 || size > Remaining)
                AvroFormatException.Throw(start, "a block is no longer than what follows");
        }

        if (count > Remaining / minItemBytes)
            AvroFormatException.Throw(start, "a block holds no more items than bytes follow");
        return (int)count;
    }

    /// <summary>Asserts that everything was read.</summary>
    public readonly void End()
    {
        if (Remaining > 0)
            AvroFormatException.Throw(Position, $"{Remaining} bytes follow the record");
    }

    /// <summary>What was read since <paramref name="start"/>.</summary>
    internal readonly ReadOnlySpan<byte> Since(int start) => _encoded[start..Position];

    /// <summary>Goes on at a position that was read before.</summary>
    internal void GoTo(int position) => Position = position;

    /// <summary>The next bytes, as they are.</summary>
    internal ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining)
            AvroFormatException.Throw(Position, "the input ends inside a value");

        var taken = _encoded.Slice(Position, count);
        Position += count;
        return taken;
    }

    /// <summary>A length, then that many bytes as they are.</summary>
    internal ReadOnlySpan<byte> TakeSized() => Take(ReadLength());

    private int ReadLength()
    {
        var start = Position;
        var length = ReadLong();
        if (length < 0 || length > Remaining)
            AvroFormatException.Throw(start, "a length is at most what follows");
        return (int)length;
    }
}
