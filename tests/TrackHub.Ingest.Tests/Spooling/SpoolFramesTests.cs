using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.Ingest.Spooling;

namespace TrackHub.Ingest.Tests.Spooling;

public sealed class SpoolFramesTests
{
    private static readonly Arbitrary<byte[][]> Payloads =
        Gen.NonEmptyListOf(ArbMap.Default.GeneratorFor<byte[]>().Where(static bytes => bytes.Length > 0)).Select(static all => all.ToArray()).ToArbitrary();

    [Fact]
    public void What_was_written_is_read() => Prop.ForAll(Payloads, static payloads =>
        SpoolFrames.Read(Written(payloads)).Select(static frame => frame.Payload.ToArray()).ShouldBe(payloads)).QuickCheckThrowOnFailure();

    [Fact]
    public void Cut_anywhere_the_whole_frames_before_the_cut_are_read() => Prop.ForAll(Payloads, ArbMap.Default.ArbFor<NonNegativeInt>(), static (payloads, cut) =>
    {
        var file = Written(payloads);
        var length = cut.Get % file.Length;
        var ends = payloads.Select((_, n) => payloads.Take(n + 1).Sum(static payload => SpoolFrames.SizeOf(payload.Length))).ToList();

        SpoolFrames.Read(file.AsMemory(0, length)).ConvertAll(static frame => frame.End).ShouldBe(ends.Where(end => end <= length));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void With_any_bit_turned_over_a_prefix_is_read_and_nothing_invented() => Prop.ForAll(Payloads, ArbMap.Default.ArbFor<NonNegativeInt>(), static (payloads, at) =>
    {
        var file = Written(payloads);
        var bit = at.Get % (file.Length * 8);
        file[bit / 8] ^= (byte)(1 << (bit % 8));

        var read = SpoolFrames.Read(file).ConvertAll(static frame => frame.Payload.ToArray());

        read.Count.ShouldBeLessThan(payloads.Length);
        read.ShouldBe(payloads.Take(read.Count));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_that_nobody_wrote_are_no_frames() =>
        Prop.ForAll<byte[]>(static noise => SpoolFrames.Read(noise).ShouldBeEmpty()).QuickCheckThrowOnFailure();

    private static byte[] Written(byte[][] payloads)
    {
        var sink = new ArrayBufferWriter<byte>();
        foreach (var payload in payloads)
            SpoolFrames.Write(sink, payload);
        return sink.WrittenSpan.ToArray();
    }
}
