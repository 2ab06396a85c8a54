using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.LocalKafka.Network;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Network;

public sealed class FrameBufferTests
{
    private const int Most = 8 * 1024 * 1024;

    [Fact]
    public void However_the_bytes_arrive_the_frames_are_the_same()
    {
        var sizes = Gen.Frequency(
            (4, Gen.Choose(8, 100)), (2, Gen.Choose(4_000, 5_000)), (2, Gen.Choose(60_000, 200_000)), (1, Gen.Choose(900_000, 1_500_000)));
        var streams = from frames in sizes.NonEmptyListOf() from chunk in Gen.Elements(1_000, 4_096, 70_000, 3_000_000) select (Frames: frames.Take(6), Chunk: chunk);
        Prop.ForAll(streams.ToArbitrary(), stream =>
        {
            var random = new Random(stream.Chunk);
            var sent = stream.Frames.Select(size => Filled(random, size)).ToList();

            var taken = Cut(Concat(sent), stream.Chunk);

            // Not ShouldBe of the lists: it looks at megabytes one boxed byte at a time.
            taken.Count.ShouldBe(sent.Count);
            for (var i = 0; i < sent.Count; i++)
                taken[i].AsSpan().SequenceEqual(sent[i]).ShouldBeTrue($"frame {i} of {sent.Count} came out different");
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Memory_is_given_for_what_has_arrived_and_not_for_a_length()
    {
        using var frames = new FrameBuffer(Most);
        var room = frames.Room();
        BinaryPrimitives.WriteInt32BigEndian(room.Span, Most);
        frames.Received(8);

        for (var arrived = 8; arrived < 2 * 1024 * 1024;)
        {
            frames.TryTake(out _).ShouldBeFalse();
            room = frames.Room();
            room.Length.ShouldBeInRange(1, 16 * Math.Max(arrived, 4096));
            frames.Received(room.Length);
            arrived += room.Length;
        }
    }

    [Fact]
    public void The_buffer_of_a_large_frame_is_given_back_once_all_is_answered()
    {
        using var frames = new FrameBuffer(Most);
        Feed(frames, WithLength(new byte[1_000_000]));
        frames.TryTake(out var frame).ShouldBeTrue();
        frame.Length.ShouldBe(1_000_000);

        frames.Room().Length.ShouldBe(4096);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(7)]
    [InlineData(Most + 1)]
    public void A_length_that_no_request_has_is_refused(int length)
    {
        using var frames = new FrameBuffer(Most);
        BinaryPrimitives.WriteInt32BigEndian(frames.Room().Span, length);
        frames.Received(4);

        Should.Throw<MalformedRequestException>(() => frames.TryTake(out _));
    }

    private static List<byte[]> Cut(byte[] stream, int chunk)
    {
        using var frames = new FrameBuffer(Most);
        var taken = new List<byte[]>();
        for (var position = 0; position < stream.Length;)
        {
            var room = frames.Room();
            var count = Math.Min(Math.Min(room.Length, chunk), stream.Length - position);
            stream.AsSpan(position, count).CopyTo(room.Span);
            frames.Received(count);
            position += count;
            while (frames.TryTake(out var frame))
                taken.Add(frame.ToArray());
        }

        return taken;
    }

    private static void Feed(FrameBuffer frames, byte[] bytes)
    {
        for (var position = 0; position < bytes.Length;)
        {
            var room = frames.Room();
            var count = Math.Min(room.Length, bytes.Length - position);
            bytes.AsSpan(position, count).CopyTo(room.Span);
            frames.Received(count);
            position += count;
        }
    }

    private static byte[] Filled(Random random, int size)
    {
        var frame = new byte[size];
        random.NextBytes(frame);
        return frame;
    }

    private static byte[] Concat(List<byte[]> frames)
    {
        var bytes = new byte[frames.Sum(static frame => 4 + frame.Length)];
        var position = 0;
        foreach (var frame in frames)
        {
            WithLength(frame).CopyTo(bytes, position);
            position += 4 + frame.Length;
        }

        return bytes;
    }

    private static byte[] WithLength(byte[] frame)
    {
        var bytes = new byte[4 + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, frame.Length);
        frame.CopyTo(bytes, 4);
        return bytes;
    }
}
