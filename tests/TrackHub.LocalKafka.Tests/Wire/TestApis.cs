using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Api;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Network;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>All APIs of a broker over a folder of its own, without a network: frames in, answers out. It has a topic of two partitions.</summary>
internal sealed class TestApis : IDisposable
{
    public const string Topic = "topic";

    private readonly string _directory = Directory.CreateTempSubdirectory("apis-").FullName;
    private readonly BrokerMetrics _metrics = new();
    private readonly TopicStore _topics;
    private readonly GroupStore _store;
    private readonly GroupCoordinator _groups;

    /// <param name="storage">How journals and logs are written; the machine's disk if null.</param>
    public TestApis(StorageSettings? storage = null)
    {
        var options = new LocalKafkaOptions { DataDirectory = _directory, MaxPartitionsPerTopic = 4 };
        _topics = new TopicStore(_directory, TimeProvider.System, NullLogger.Instance, storage);
        _topics.Create(Topic, 2, []);
        _store = new GroupStore(Path.Combine(_directory, "groups.journal"), NullLogger.Instance, storage);
        _groups = new GroupCoordinator(_store, options, TimeProvider.System, NullLogger.Instance);
        Table = BrokerApis.Build(_topics, _groups, options, _metrics);
    }

    public ApiTable Table { get; }

    /// <summary>Answers a frame without its length.</summary>
    /// <returns>The bytes of the answer, null if it waits, as it was asked to.</returns>
    /// <exception cref="MalformedRequestException">The frame is refused.</exception>
    public async Task<byte[]?> AnswerAsync(byte[] frame)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        using var response = new WireWriter();
        var request = new KafkaRequest("peer", new BrokerIdentity("cluster", "127.0.0.1", 1));
        request.Reader.Reset(frame);
        try
        {
            await Table.AnswerAsync(request, response, patience.Token);
            return response.Written.ToArray();
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Asks in the newest version.</summary>
    public async Task<TResponse> AskAsync<TResponse>(IWireRequest<TResponse> asked)
        where TResponse : IWireMessage, new()
    {
        using var response = new WireWriter();
        var request = new KafkaRequest("peer", new BrokerIdentity("cluster", "127.0.0.1", 1));
        request.Reader.Reset(RawClient.Frame(asked, asked.Range.Max).AsMemory(4));
        await Table.AnswerAsync(request, response, CancellationToken.None);
        var reader = new WireReader();
        reader.Reset(response.Written.ToArray());
        var correlationId = 0;
        reader.Int32(ref correlationId);
        return RawClient.Read(reader, asked, asked.Range.Max);
    }

    public void Dispose()
    {
        _groups.Dispose();
        _store.Dispose();
        _topics.Dispose();
        _metrics.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
