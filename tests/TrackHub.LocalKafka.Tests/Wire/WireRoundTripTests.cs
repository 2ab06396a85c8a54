using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

public sealed class WireRoundTripTests
{
    [Fact]
    public void Crc_is_that_of_the_specifications_check_value() =>
        Crc32C.Compute(Encoding.ASCII.GetBytes("123456789")).ShouldBe(0xE3069283u);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Strings_bytes_arrays_and_numbers_come_back_in_both_layouts(bool flexible)
    {
        Prop.ForAll(ArbMap.Default.ArbFor<(NonNull<string>[] Texts, byte[] Bytes, long Number, Guid Id)>(), value =>
        {
            var texts = value.Texts.Select(static text => text.Get.Length > 1000 ? "" : Clean(text.Get)).ToList();
            using var writer = new WireWriter { Flexible = flexible };
            writer.Array(texts, text => writer.String(text));
            writer.String(null);
            writer.Bytes(value.Bytes ?? []);
            writer.Int64(value.Number);
            writer.Uuid(value.Id);
            writer.Tags();

            var reader = new WireReader();
            reader.Reset(writer.Written.ToArray());
            reader.Flexible = flexible;
            reader.Array(static reader =>
            {
                var text = reader.String();
                reader.Tags();
                return text;
            }).ShouldBe(texts);
            reader.NullableString().ShouldBeNull();
            reader.CopiedBytes().ShouldBe(value.Bytes ?? []);
            reader.Int64().ShouldBe(value.Number);
            reader.Uuid().ShouldBe(value.Id);
            reader.Tags();
            reader.Remaining.ShouldBe(0);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bytes_filled_in_place_read_as_bytes(bool flexible)
    {
        using var writer = new WireWriter { Flexible = flexible };
        writer.BytesInPlace(100_000, 70_000, static (memory, filled) =>
        {
            memory.Span[..filled].Fill(9);
            return filled;
        }).ShouldBe(70_000);
        writer.Int32(5);

        var reader = new WireReader();
        reader.Reset(writer.Written.ToArray());
        reader.Flexible = flexible;
        reader.CopiedBytes().ShouldBe(Enumerable.Repeat((byte)9, 70_000));
        reader.Int32().ShouldBe(5);
    }

    [Fact]
    public void An_array_longer_than_its_frame_is_refused_before_anything_is_allocated()
    {
        var frame = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(frame, int.MaxValue);
        var reader = new WireReader();
        reader.Reset(frame);

        Should.Throw<MalformedRequestException>(() => reader.ArrayLength());
    }

    [Fact]
    public void A_string_that_is_not_UTF8_is_refused()
    {
        var reader = new WireReader();
        reader.Reset(new byte[] { 0, 2, 0xff, 0xfe });

        Should.Throw<MalformedRequestException>(() => reader.String());
    }

    /// <summary>Half surrogate pairs have no UTF-8.</summary>
    private static string Clean(string text) => string.Concat(text.Where(static c => !char.IsSurrogate(c)));
}
