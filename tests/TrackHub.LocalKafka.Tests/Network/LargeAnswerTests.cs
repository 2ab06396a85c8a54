using System.Net;
using System.Net.Sockets;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Network;

/// <summary>Answers of many megabytes, which leave from the files while the client reads.</summary>
public sealed class LargeAnswerTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private const int Partitions = 3;
    private const int Batches = 12;
    private const int BatchBytes = 400_000;

    [Theory]
    [InlineData(4)]    // classic lengths
    [InlineData(12)]   // compact ones
    public async Task A_client_that_reads_slowly_gets_every_byte_as_it_was_produced(short version)
    {
        var topic = await FilledTopicAsync();
        using var client = await SlowClient.ConnectAsync(broker.Port);

        await client.SendAsync(FetchAll(topic, version));
        var answer = await client.ReadAsync();

        Values(answer, version).ShouldBe(Enumerable.Range(0, Partitions).Select(static p => Enumerable.Range(0, Batches).Select(b => Value(p, b)).ToList()));
    }

    [Fact]
    public async Task A_topic_deleted_while_its_records_are_being_sent_is_sent_to_the_end()
    {
        const short version = 12;
        var topic = await FilledTopicAsync();
        using var client = await SlowClient.ConnectAsync(broker.Port);
        await client.SendAsync(FetchAll(topic, version));
        await client.ReadLengthAsync();   // so the answer is under way, and too long for any socket's buffers

        using (var admin = broker.Admin())
            await admin.DeleteTopicsAsync([topic]);
        var answer = await client.ReadAsync();

        Values(answer, version).Sum(static partition => partition.Count).ShouldBe(Partitions * Batches);
    }

    private async Task<string> FilledTopicAsync()
    {
        var topic = await broker.CreateTopicAsync(Partitions);
        using var producer = broker.Producer(static config => config.MessageMaxBytes = 1_000_000);
        for (var partition = 0; partition < Partitions; partition++)
        {
            for (var batch = 0; batch < Batches; batch++)
                await producer.ProduceAsync(new Confluent.Kafka.TopicPartition(topic, partition), new() { Key = "key", Value = Value(partition, batch) });
        }

        return topic;
    }

    private static string Value(int partition, int batch) => new((char)('a' + ((partition + batch) % 26)), BatchBytes);

    private static byte[] FetchAll(string topic, short version) => RawClient.Frame(
        new FetchRequest
        {
            MinBytes = 1,
            MaxBytes = int.MaxValue,
            Topics =
            [
                new()
                {
                    Name = topic,
                    Partitions = Enumerable.Range(0, Partitions)
                        .Select(static partition => new FetchRequest.Partition { Index = partition, MaxBytes = int.MaxValue })
                        .ToList(),
                },
            ],
        },
        version);

    private static List<List<string>> Values(byte[] answer, short version)
    {
        var topic = RawClient.Read(RawClient.Open(answer), new FetchRequest(), version).Topics.ShouldHaveSingleItem();
        topic.Partitions.ShouldAllBe(static partition => partition.Error == ErrorCode.None && partition.HighWatermark == Batches);
        return topic.Partitions.ConvertAll(static partition => Records(partition.Records!.Value.ToArray()));
    }

    private static List<string> Records(byte[] batches)
    {
        var values = new List<string>();
        for (var rest = batches.AsSpan(); rest.Length > 0;)
        {
            BatchHeader.TryRead(rest, out var header).ShouldBeTrue();
            header.CrcMatches(rest).ShouldBeTrue();
            values.AddRange(TestBatch.RecordsOf(header, rest[..header.SizeInBytes].ToArray()).Select(static read => read.Record.Value!));
            rest = rest[header.SizeInBytes..];
        }

        return values;
    }

    /// <summary>A socket that takes little at a time, so that the broker meets a full one again and again.</summary>
    private sealed class SlowClient : IDisposable
    {
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 16 * 1024 };
        private int _length = -1;

        public static async Task<SlowClient> ConnectAsync(int port)
        {
            var client = new SlowClient();
            await client._socket.ConnectAsync(IPAddress.Loopback, port);
            return client;
        }

        public async Task SendAsync(byte[] frame) => await _socket.SendAsync(frame);

        public async Task ReadLengthAsync() => _length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(await ExactlyAsync(4));

        public async Task<byte[]> ReadAsync()
        {
            if (_length < 0)
                await ReadLengthAsync();
            return await ExactlyAsync(_length);
        }

        public void Dispose() => _socket.Dispose();

        private async Task<byte[]> ExactlyAsync(int count)
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            var bytes = new byte[count];
            for (var read = 0; read < count;)
            {
                var chunk = await _socket.ReceiveAsync(bytes.AsMemory(read, Math.Min(20_000, count - read)), deadline.Token);
                chunk.ShouldBeGreaterThan(0, "the broker closed the connection");
                read += chunk;
            }

            return bytes;
        }
    }
}
