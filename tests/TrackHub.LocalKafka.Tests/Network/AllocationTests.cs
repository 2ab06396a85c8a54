using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Api;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Network;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Network;

/// <summary>What a request of the hot path allocates: a few hundred bytes for names and partitions, however many records it carries.</summary>
public sealed class AllocationTests : IDisposable
{
    private const int Requests = 1_000;
    private const int MostBytes = 800;
    private const string Topic = "topic-of-usual-length";

    private readonly string _directory = Directory.CreateTempSubdirectory("allocation-").FullName;
    private readonly BrokerMetrics _metrics = new();
    private readonly TopicStore _topics;

    public AllocationTests()
    {
        _topics = new TopicStore(_directory, TimeProvider.System, NullLogger.Instance);
        _topics.Create(Topic, 1, []);
    }

    public void Dispose()
    {
        _topics.Dispose();
        _metrics.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void A_produce_request_allocates_no_more_for_a_larger_batch(int bytes)
    {
        var frame = RawClient.Frame(Produce(TestBatch.Encode(new string('v', bytes))), version: 9);

        BytesPerRequest(frame).ShouldBeLessThan(MostBytes);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void A_fetch_request_allocates_no_more_for_larger_batches(int bytes)
    {
        _topics.FindPartition(Topic, 0)!.Append(TestBatch.Encode(new string('v', bytes)));
        var frame = RawClient.Frame(Fetch(), version: 12);

        BytesPerRequest(frame).ShouldBeLessThan(MostBytes);
    }

    /// <summary>The way of a request through the broker but for the socket, on this thread, so that other tests are not counted.</summary>
    private long BytesPerRequest(byte[] frame)
    {
        var apis = new ApiTable([new Produce(_topics, _metrics), new Fetch(_topics, _metrics)]);
        using var frames = new FrameBuffer(1024 * 1024);
        using var response = new WireWriter();
        using var request = new KafkaRequest("client", new BrokerIdentity("cluster", "127.0.0.1", 1));
        Answer(count: 50);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Answer(Requests);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Requests;

        void Answer(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Memory<byte> taken;
                for (var sent = 0; !frames.TryTake(out taken);)
                {
                    var room = frames.Room();
                    var chunk = Math.Min(room.Length, frame.Length - sent);
                    frame.AsSpan(sent, chunk).CopyTo(room.Span);
                    frames.Received(chunk);
                    sent += chunk;
                }

                request.Reader.Reset(taken);
                response.Reset();
                var answer = apis.AnswerAsync(request, response, CancellationToken.None);
                answer.IsCompletedSuccessfully.ShouldBeTrue("nothing to wait for");
                request.Records.Clear();
            }
        }
    }

    private static ProduceRequest Produce(byte[] batch) =>
        new() { Acks = -1, TimeoutMs = 1000, Topics = [new() { Name = Topic, Partitions = [new() { Records = batch }] }] };

    private static FetchRequest Fetch() => new()
    {
        MaxWaitMs = 500,
        MinBytes = 1,
        MaxBytes = 50_000_000,
        Topics = [new() { Name = Topic, Partitions = [new() { MaxBytes = 1_048_576 }] }],
    };
}
