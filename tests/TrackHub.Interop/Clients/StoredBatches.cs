using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace TrackHub.Interop.Clients;

/// <summary>A record batch as the log holds it.</summary>
/// <param name="Codec">Its codec: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd.</param>
/// <param name="ProducerId">The idempotent producer that wrote it; -1 for none.</param>
internal readonly record struct StoredBatch(int Codec, long ProducerId);

/// <summary>Asks for batches as they are stored, which clients show to nobody: Fetch version 4, written here from the protocol guide.</summary>
/// <remarks>Sources: https://kafka.apache.org/protocol#The_Messages_Fetch and https://kafka.apache.org/documentation/#recordbatch.</remarks>
internal static class StoredBatches
{
    private const int MaxBytes = 8 * 1024 * 1024;
    private const int SizeAt = 8, AttributesAt = 21, ProducerIdAt = 43;   // in a batch
    private const int SizesBefore = 12;   // base offset and size, which the size does not count

    /// <summary>The batches of one partition, from its beginning on, as far as one answer holds.</summary>
    public static async Task<IReadOnlyList<StoredBatch>> OfAsync(string bootstrapServers, string topic, int partition)
    {
        var address = bootstrapServers.Split(',')[0].Split(':');
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(address[0], int.Parse(address[1], null), deadline.Token);
        var stream = client.GetStream();
        await stream.WriteAsync(Request(topic, partition), deadline.Token);
        var size = new byte[4];
        await stream.ReadExactlyAsync(size, deadline.Token);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(size)];
        await stream.ReadExactlyAsync(answer, deadline.Token);
        return [.. Read(answer, topic)];
    }

    private static byte[] Request(string topic, int partition)
    {
        using var bytes = new MemoryStream();
        Int32(0);   // the frame's size, set at the end
        Int16(1);   // Fetch
        Int16(4);
        Int32(1);   // correlation id
        String("stored");
        Int32(-1);   // no replica
        Int32(0);   // do not wait
        Int32(0);
        Int32(MaxBytes);
        bytes.WriteByte(0);   // read uncommitted
        Int32(1);
        String(topic);
        Int32(1);
        Int32(partition);
        Int32(0);   // offset 0, in eight bytes
        Int32(0);
        Int32(MaxBytes);
        var frame = bytes.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return frame;

        void Int16(short value)
        {
            Span<byte> two = stackalloc byte[2];
            BinaryPrimitives.WriteInt16BigEndian(two, value);
            bytes.Write(two);
        }

        void Int32(int value)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(four, value);
            bytes.Write(four);
        }

        void String(string value)
        {
            Int16((short)value.Length);
            bytes.Write(Encoding.ASCII.GetBytes(value));
        }
    }

    private static List<StoredBatch> Read(byte[] answer, string topic)
    {
        // Correlation id, throttle time, one topic: its name, one partition: index, error, high watermark, last stable offset, aborted.
        var at = 4 + 4 + 4 + 2 + topic.Length + 4 + 4;
        BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(at)).ShouldBe((short)0);
        at += 2 + 8 + 8;
        var aborted = BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(at));
        aborted.ShouldBeLessThanOrEqualTo(0);
        at += 4 + 4;   // and the size of all batches
        var batches = new List<StoredBatch>();
        while (at + ProducerIdAt + 8 <= answer.Length)
        {
            var batch = answer.AsSpan(at);
            batches.Add(new(BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]) & 7, BinaryPrimitives.ReadInt64BigEndian(batch[ProducerIdAt..])));
            at += SizesBefore + BinaryPrimitives.ReadInt32BigEndian(batch[SizeAt..]);
        }

        return batches;
    }
}
