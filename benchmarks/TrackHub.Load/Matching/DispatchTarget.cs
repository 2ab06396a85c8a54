using System.Collections.Concurrent;
using Confluent.Kafka;
using TrackHub.Load.Measuring;
using TrackHub.Schemas;

namespace TrackHub.Load.Matching;

/// <summary>One sale with a click of long ago, among clicks that lead to none; answered when its record is read from <c>capi-dispatch</c>.</summary>
internal sealed class DispatchTarget : ILoadTarget
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    // Magic byte and schema id: the matcher of this run writes this build's schema.
    private const int WirePrefix = 5;

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);
    private readonly LatencyHistogram _sinceAcknowledged = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly MatchingTraffic _traffic;
    private readonly TimeProvider _clock;
    private readonly long _firstClick;
    private readonly int _eventsPerSale;
    private readonly Task _reading;

    private DispatchTarget(IConsumer<byte[], byte[]> consumer, MatchingTraffic traffic, long firstClick, int eventsPerSale, TimeProvider clock)
    {
        (_traffic, _firstClick, _eventsPerSale, _clock) = (traffic, firstClick, eventsPerSale, clock);
        _reading = Task.Factory.StartNew(() => Read(consumer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public int Depth => 1;

    /// <summary>Begins to read what is dispatched from now on.</summary>
    /// <param name="bootstrap">The broker.</param>
    /// <param name="traffic">What is sent.</param>
    /// <param name="clicks">How many clicks there are: sales take them from the end, new clicks are numbered from there.</param>
    /// <param name="eventsPerSale">Events sent for each sale, itself among them.</param>
    /// <param name="clock">Measures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<DispatchTarget> ConnectAsync(
        string bootstrap, MatchingTraffic traffic, long clicks, int eventsPerSale, TimeProvider clock, CancellationToken cancellationToken)
    {
        var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrap,
            GroupId = "load-dispatch",
            EnableAutoCommit = false,
            FetchWaitMaxMs = 10,
        }).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(await Task.Run(
            () => Enumerable.Range(0, Topics.CapiDispatch.Partitions).Select(p => new TopicPartition(Topics.CapiDispatch.Name, p))
                .Select(partition => new TopicPartitionOffset(partition, consumer.QueryWatermarkOffsets(partition, TimeSpan.FromSeconds(30)).High)).ToList(),
            cancellationToken));
        return new(consumer, traffic, clicks, eventsPerSale, clock);
    }

    /// <inheritdoc/>
    public async Task<string?> SendAsync(long number, CancellationToken cancellationToken)
    {
        var clicks = Enumerable.Range(0, _eventsPerSale - 1).Select(i => _traffic.Click(_firstClick + (number * _eventsPerSale) + i));
        var sale = _traffic.Sale(_firstClick + number, click: _firstClick - 1 - (number % _firstClick));
        var dispatched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[sale.EventId] = dispatched;
        var others = _traffic.ProduceAsync(clicks, cancellationToken);
        await _traffic.ProduceAsync([sale], cancellationToken);
        var acknowledged = _clock.GetTimestamp();
        await dispatched.Task.WaitAsync(cancellationToken);
        _sinceAcknowledged.Record(_clock.GetElapsedTime(acknowledged));
        await others;
        return null;
    }

    /// <summary>The same sales from their acknowledgement on, warm-up included.</summary>
    public Measurement SinceAcknowledged(Measurement whole) =>
        new("sale acknowledged to capi-dispatch", LoadMode.Open, whole.Connections) { WantedRate = whole.WantedRate, Elapsed = whole.Elapsed, Latency = _sinceAcknowledged };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _reading;
        _stopped.Dispose();
    }

    private void Read(IConsumer<byte[], byte[]> consumer)
    {
        while (!_stopped.IsCancellationRequested)
        {
            if (consumer.Consume(Poll) is not { } record)
                continue;

            var eventId = AvroCodec.Decode<DispatchReady>(record.Message.Value.AsSpan(WirePrefix)).EventId;
            if (_waiting.TryRemove(eventId, out var waiting))
                waiting.SetResult();
        }

        consumer.Dispose();
    }
}
