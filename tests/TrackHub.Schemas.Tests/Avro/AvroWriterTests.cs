using System.Buffers;
using System.Text;

namespace TrackHub.Schemas.Tests.Avro;

/// <summary>Expected bytes are those of the Avro specification, or computed by hand from it.</summary>
public sealed class AvroWriterTests
{
    private delegate void Write(ref AvroWriter writer);

    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(1, "02")]
    [InlineData(-2, "03")]
    [InlineData(2, "04")]
    [InlineData(-64, "7f")]
    [InlineData(64, "80 01")]
    [InlineData(8192, "80 80 01")]
    [InlineData(int.MaxValue, "fe ff ff ff 0f")]
    [InlineData(int.MinValue, "ff ff ff ff 0f")]
    [InlineData(long.MaxValue, "fe ff ff ff ff ff ff ff ff 01")]
    [InlineData(long.MinValue, "ff ff ff ff ff ff ff ff ff 01")]
    public void Long_is_a_zig_zag_varint(long value, string expected) =>
        Written((ref AvroWriter writer) => writer.WriteLong(value)).ShouldBe(expected);

    [Fact]
    public void String_is_its_length_and_utf8() =>
        Written((ref AvroWriter writer) => writer.WriteString("foo")).ShouldBe("06 66 6f 6f");

    [Fact]
    public void Length_of_a_string_counts_bytes_not_letters() =>
        Written((ref AvroWriter writer) => writer.WriteString("ação€😀")).ShouldBe("1a 61 c3 a7 c3 a3 6f e2 82 ac f0 9f 98 80");

    [Fact]
    public void Lone_surrogate_becomes_the_replacement_character() =>
        Written((ref AvroWriter writer) => writer.WriteString("a\ud800")).ShouldBe("08 61 ef bf bd");

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(2_731)]
    [InlineData(8_191)]
    [InlineData(8_192)]
    public void Text_around_the_lengths_that_take_a_byte_more_is_the_same_with_and_without_room_to_spare(int letters)
    {
        foreach (var letter in (string[])["a", "ç", "€", "😀", "\ud800"])
        {
            var text = new StringBuilder().Insert(0, letter, letters).ToString();
            var utf8 = Encoding.UTF8.GetBytes(text);
            var exact = new byte[utf8.Length + (utf8.Length < 64 ? 1 : utf8.Length < 8_192 ? 2 : 3)];
            var writer = new AvroWriter(exact);
            writer.WriteString(text);

            writer.Overflowed.ShouldBeFalse();
            writer.Written.ShouldBe(exact.Length);
            exact.AsSpan(exact.Length - utf8.Length).SequenceEqual(utf8).ShouldBeTrue();
            Written((ref AvroWriter roomy) =>
            {
                roomy.WriteLong(0);   // the sink's first piece is taken, and larger than the text needs
                roomy.WriteString(text);
            }).ShouldBe("00 " + Hex.Text(exact));
        }
    }

    [Fact]
    public void Bytes_are_their_length_and_themselves() =>
        Written((ref AvroWriter writer) => writer.WriteBytes([0, 0xff])).ShouldBe("04 00 ff");

    [Fact]
    public void Boolean_is_one_byte() =>
        Written((ref AvroWriter writer) =>
        {
            writer.WriteBoolean(true);
            writer.WriteBoolean(false);
        }).ShouldBe("01 00");

    [Fact]
    public void Double_is_little_endian_ieee754() =>
        Written((ref AvroWriter writer) => writer.WriteDouble(1.5)).ShouldBe("00 00 00 00 00 00 f8 3f");

    [Fact]
    public void Timestamp_is_milliseconds_of_the_epoch_rounded_down() =>
        Written((ref AvroWriter writer) => writer.WriteTimestamp(DateTimeOffset.UnixEpoch.AddMilliseconds(64.9))).ShouldBe("80 01");

    [Fact]
    public void Enum_number_outside_the_symbols_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(static () => Written(static (ref AvroWriter writer) => writer.WriteEnum(3, symbols: 3)));

    [Fact]
    public void Span_that_is_too_small_overflows_without_a_byte_behind_it()
    {
        var buffer = new byte[8];
        var writer = new AvroWriter(buffer.AsSpan(0, 3));

        writer.WriteString("foo");
        writer.WriteBoolean(true);

        writer.Overflowed.ShouldBeTrue();
        buffer[3..].ShouldAllBe(static b => b == 0);
    }

    [Fact]
    public void Buffer_writer_that_gives_small_pieces_receives_every_byte()
    {
        var sink = new MeanBufferWriter();
        var writer = new AvroWriter(sink);

        writer.WriteString("foo");
        writer.WriteLong(64);
        writer.WriteBoolean(true);
        writer.Flush();

        Hex.Text(sink.Written.ToArray()).ShouldBe("06 66 6f 6f 80 01 01");
    }

    private static string Written(Write write)
    {
        var sink = new ArrayBufferWriter<byte>(64 * 1024);
        var writer = new AvroWriter(sink);
        write(ref writer);
        writer.Flush();
        return Hex.Text(sink.WrittenSpan);
    }

    /// <summary>Gives exactly what it is asked for, from a new array each time.</summary>
    private sealed class MeanBufferWriter : IBufferWriter<byte>
    {
        private byte[] _piece = [];

        public List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_piece.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0) => _piece = new byte[Math.Max(1, sizeHint)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
