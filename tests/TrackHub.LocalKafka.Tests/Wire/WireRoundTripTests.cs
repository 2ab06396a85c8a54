using System.Buffers.Binary;
using System.Text;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Wire;

public sealed class WireRoundTripTests
{
    [Fact]
    public void Crc_is_that_of_the_specifications_check_value() =>
        Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")).ShouldBe(0xE3069283u);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Records_filled_in_place_read_as_records(bool flexible)
    {
        using var writer = new WireWriter { Version = 12, Flexible = flexible };
        writer.Message(new FetchResponse.Partition { Index = 5, RecordSource = new Nines(room: 100_000, filled: 70_000) });

        var read = new FetchResponse.Partition();
        var reader = ReaderOf(writer.Written.ToArray());
        (reader.Version, reader.Flexible) = (12, flexible);
        reader.Message(read);

        read.Index.ShouldBe(5);
        read.Records!.Value.ToArray().ShouldBe(Enumerable.Repeat((byte)9, 70_000));
        reader.Remaining.ShouldBe(0);
    }

    [Fact]
    public void Null_in_a_version_without_it_is_written_as_empty()
    {
        using var writer = new WireWriter { Version = 11 };
        writer.Message(new MetadataResponse.Topic { Name = null });

        var read = new MetadataResponse.Topic();
        var reader = ReaderOf(writer.Written.ToArray());
        reader.Version = 11;
        reader.Message(read);

        read.Name.ShouldBe("");
    }

    [Fact]
    public void An_array_longer_than_its_frame_is_refused()
    {
        var frame = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(frame, int.MaxValue);

        Should.Throw<MalformedRequestException>(() => ReaderOf(frame).Message(new DeleteGroupsRequest()));
    }

    [Theory]
    [InlineData("0002fffe")]   // no UTF-8
    [InlineData("ffff")]       // null where it may not be
    public void A_string_that_is_none_is_refused(string hex) =>
        Should.Throw<MalformedRequestException>(() => ReaderOf(Convert.FromHexString(hex)).Message(new SaslHandshakeRequest()));

    [Fact]
    public void A_string_longer_than_classic_versions_could_carry_back_is_refused_in_flexible_ones()
    {
        using var writer = new WireWriter { Flexible = true };
        writer.Message(new SaslHandshakeRequest { Mechanism = new string('x', short.MaxValue + 1) });
        var reader = ReaderOf(writer.Written.ToArray());
        reader.Flexible = true;

        Should.Throw<MalformedRequestException>(() => reader.Message(new SaslHandshakeRequest()));
    }

    private static WireReader ReaderOf(byte[] frame)
    {
        var reader = new WireReader();
        reader.Reset(frame);
        return reader;
    }

    private sealed class Nines(int room, int filled) : IRecordSource
    {
        public void WriteTo(WireWriter writer) => writer.BytesInPlace(room, filled, static (memory, filled) =>
        {
            memory.Span[..filled].Fill(9);
            return filled;
        });
    }
}
