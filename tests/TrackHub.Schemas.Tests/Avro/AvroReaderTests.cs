namespace TrackHub.Schemas.Tests.Avro;

/// <summary>What the reader accepts, and where and why it refuses.</summary>
public sealed class AvroReaderTests
{
    private delegate object Read(ref AvroReader reader);

    private static readonly Dictionary<string, Read> Reads = new()
    {
        ["boolean"] = static (ref AvroReader r) => r.ReadBoolean(),
        ["int"] = static (ref AvroReader r) => r.ReadInt(),
        ["long"] = static (ref AvroReader r) => r.ReadLong(),
        ["double"] = static (ref AvroReader r) => r.ReadDouble(),
        ["string"] = static (ref AvroReader r) => r.ReadString(),
        ["bytes"] = static (ref AvroReader r) => r.ReadBytes(),
        ["timestamp"] = static (ref AvroReader r) => r.ReadTimestamp(),
        ["enum of 3"] = static (ref AvroReader r) => r.ReadEnum(3),
        ["branch"] = static (ref AvroReader r) => r.ReadBranch(),
        ["block"] = static (ref AvroReader r) => r.ReadBlockCount(1),
        ["block of doubles"] = static (ref AvroReader r) => r.ReadBlockCount(8),
    };

    [Theory]
    [InlineData("boolean", "01", true)]
    [InlineData("int", "fe ff ff ff 0f", int.MaxValue)]
    [InlineData("int", "ff ff ff ff 0f", int.MinValue)]
    [InlineData("long", "80 01", 64L)]
    [InlineData("long", "80 80 00", 0L)]   // padded: the specification does not ask for the shortest form
    [InlineData("long", "ff ff ff ff ff ff ff ff ff 01", long.MinValue)]
    [InlineData("double", "00 00 00 00 00 00 f8 3f", 1.5)]
    [InlineData("string", "06 66 6f 6f", "foo")]
    [InlineData("enum of 3", "04", 2)]
    [InlineData("branch", "02", 1)]
    [InlineData("block", "02 00", 1)]
    [InlineData("block", "01 02 00", 1)]   // count -1, one byte long
    [InlineData("block of doubles", "02 00 00 00 00 00 00 00 00", 1)]
    public void Value_is_read(string what, string hex, object expected)
    {
        var reader = new AvroReader(Hex.Bytes(hex));

        Reads[what](ref reader).ShouldBe(expected);
    }

    [Theory]
    [InlineData("boolean", "")]
    [InlineData("boolean", "02")]
    [InlineData("int", "80 80 80 80 10")]
    [InlineData("long", "80")]
    [InlineData("long", "80 80 80 80 80 80 80 80 80 02")]
    [InlineData("long", "80 80 80 80 80 80 80 80 80 80 01")]
    [InlineData("double", "00 00 00 00 00 00 f8")]
    [InlineData("string", "06 66 6f")]
    [InlineData("string", "01")]
    [InlineData("string", "02 ff")]
    [InlineData("string", "06 ed a0 80")]   // a surrogate in UTF-8
    [InlineData("string", "fe ff ff ff ff ff ff ff ff 01")]
    [InlineData("bytes", "fe ff ff ff 0f 00")]
    [InlineData("timestamp", "fe ff ff ff ff ff ff ff ff 01")]
    [InlineData("enum of 3", "06")]
    [InlineData("enum of 3", "01")]
    [InlineData("branch", "04")]
    [InlineData("branch", "01")]
    [InlineData("block", "04 00")]
    [InlineData("block", "ff ff ff ff ff ff ff ff ff 01 00 00")]
    [InlineData("block", "01 04 00")]
    [InlineData("block", "01 01 00")]
    [InlineData("block of doubles", "04 00 00 00 00 00 00 00 00")]
    public void Anything_else_is_refused_at_its_first_byte(string what, string hex)
    {
        var bytes = Hex.Bytes("00" + hex);

        var refused = Should.Throw<AvroFormatException>(() =>
        {
            var reader = new AvroReader(bytes);
            reader.ReadBranch();
            Reads[what](ref reader);
        });

        refused.Position.ShouldBeInRange(1, 2);
    }

    [Fact]
    public void Bytes_that_follow_a_record_are_refused() =>
        Should.Throw<AvroFormatException>(static () => Part.Decode(Hex.Bytes("02 61 00 00"))).Position.ShouldBe(3);
}
