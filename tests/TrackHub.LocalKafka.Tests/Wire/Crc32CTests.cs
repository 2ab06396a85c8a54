using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_standard_comes_out() => Crc32C.Compute("123456789"u8).ShouldBe(0xE3069283u);

    /// <summary>Lengths around those at which the way of computing changes.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(767)]
    [InlineData(768)]
    [InlineData(769)]
    [InlineData(24_575)]
    [InlineData(24_576)]
    [InlineData(24_577)]
    [InlineData(100_003)]
    public void Every_length_agrees_with_the_definition_bit_by_bit(int length)
    {
        var bytes = new byte[length + 1];
        new Random(length).NextBytes(bytes);

        // The first byte is left out, so that words are read from odd addresses too.
        Crc32C.Compute(bytes.AsSpan(1)).ShouldBe(BitByBit(bytes.AsSpan(1)));
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0x82F63B78u);
        }

        return ~crc;
    }
}
