using System.Buffers.Binary;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>What a body can make its reader allocate: a small multiple of its size, and of its arrays' lengths nothing.</summary>
public sealed class MessageLimitsTests
{
    private const int BodyBytes = 100_000;

    /// <summary>The leanest element takes two bytes on the wire; as an object with a list of its own, in a list that grew, a hundred.</summary>
    private const long BytesPerByte = 64;

    private const long Fixed = 64 * 1024;

    public static TheoryData<string> Bodies => new(
        "00", "01", "02", "03", "0001", "000001", "00000001", "0000000001", "7f", "ff", "7fffffff", "ffffffff0f", "0201", "020101", "02000000");

    [Theory]
    [MemberData(nameof(Bodies))]
    public void No_body_allocates_out_of_proportion(string pattern)
    {
        var unit = Convert.FromHexString(pattern);
        var body = Enumerable.Range(0, BodyBytes).Select(i => unit[i % unit.Length]).ToArray();
        foreach (var (table, version) in MessageTable.Versions)
            ShouldAllocateInProportion(table, version, body);
    }

    [Fact]
    public void No_body_with_hostile_lengths_allocates_out_of_proportion()
    {
        foreach (var (table, version) in MessageTable.Versions)
        {
            var sound = table.Write(table.Fill(table.NewRequest(), version, seed: 7), version);
            for (var position = 0; position + 4 <= sound.Length; position++)
            {
                var body = sound.ToArray();
                BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(position), int.MaxValue);
                ShouldAllocateInProportion(table, version, body);
                new byte[] { 0xff, 0xff, 0xff, 0x7f }.CopyTo(body, position);   // as a compact length
                ShouldAllocateInProportion(table, version, body);
            }
        }
    }

    [Fact]
    public void More_elements_than_any_client_sends_are_refused()
    {
        var table = MessageTable.All.Single(static table => table.Range.Key == ApiKey.DeleteGroups);
        var body = new byte[4 + (2 * (WireReader.MaxElements + 1))];
        BinaryPrimitives.WriteInt32BigEndian(body, WireReader.MaxElements + 1);

        Should.Throw<MalformedRequestException>(() => table.Read(table.NewRequest(), 0, body));
    }

    private static void ShouldAllocateInProportion(MessageTable table, short version, byte[] body)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            table.Read(table.NewRequest(), version, body);
        }
        catch (MalformedRequestException)
        {
            // Refused is as good as read.
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Fixed + (BytesPerByte * body.Length), $"{table} {version}");
    }
}
