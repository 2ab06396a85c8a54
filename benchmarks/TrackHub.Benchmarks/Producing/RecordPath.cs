using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrackHub.Platform.Streams;
using TrackHub.Schemas;

namespace TrackHub.Benchmarks.Producing;

/// <summary>
/// The way of one record: producer, librdkafka, acknowledgement. In this process, so that its allocations can be counted; the broker is librdkafka's mock in
/// native memory.
/// </summary>
internal sealed class RecordPath : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly IHost _host;
    private readonly RecordProducer _producer;
    private readonly RecordHeaders _headers = RecordHeaders.ForBrand("brd_example");
    private readonly byte[] _value = new byte[700];
    private readonly AutoResetEvent _acknowledged = new(initialState: false);
    private readonly Action _wake;

    /// <summary>Makes the producer; it connects with the first record.</summary>
    public RecordPath()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(
        [
            new("Kafka:BootstrapServers", "127.0.0.1:1"), new("Kafka:Properties:test.mock.num.brokers", "1"), new("SchemaRegistry:Url", "http://127.0.0.1:1"),
        ]);
        builder.Logging.ClearProviders();
        builder.AddStreams();
        _host = builder.Build();
        _producer = _host.Services.GetRequiredService<RecordProducer>();
        _wake = () => _acknowledged.Set();
    }

    /// <summary>Sends one record and waits for its acknowledgement, without allocating.</summary>
    /// <exception cref="LogUnavailableException">It was not acknowledged.</exception>
    public void Send() => Wait(_producer.ProduceWithinAsync(Topics.TrackEvents, "brd_example/s-example-1"u8, _value, _headers, Limit));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _producer.DisposeAsync();
        _host.Dispose();
        _acknowledged.Dispose();
    }

    private void Wait(ValueTask<RecordCoordinates> acknowledgement)
    {
        // Woken by the producer, not by way of a test framework's context.
        var waiting = acknowledgement.ConfigureAwait(false).GetAwaiter();
        if (!waiting.IsCompleted)
        {
            waiting.UnsafeOnCompleted(_wake);
            _acknowledged.WaitOne();
        }

        waiting.GetResult();
    }
}
