using System.Collections.Concurrent;
using Confluent.Kafka;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Kafka;

/// <summary>One hop through the log: from the call to the moment a consumer has the record. One producer, a number of consumers that share the partitions.</summary>
internal sealed class HopTarget : ILoadTarget
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<long, TaskCompletionSource<string?>> _awaited = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ProduceTarget _producer;
    private readonly Task[] _reading;

    /// <summary>Starts the consumers at the end of the topic.</summary>
    public HopTarget(RawTopic topic, int connections)
    {
        _producer = new(topic, connections: 1);
        var consumers = Enumerable.Range(0, connections).Select(number => topic.Consumer(number, connections, fromStart: false)).ToList();
        _reading = [.. consumers.Select(consumer => Task.Factory.StartNew(
            () => Read(consumer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    /// <inheritdoc/>
    public int Depth => _producer.Depth;

    /// <inheritdoc/>
    public async Task<string?> SendAsync(long number, CancellationToken cancellationToken)
    {
        var read = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited[number] = read;
        if (await _producer.SendAsync(number, cancellationToken) is { } failure)
        {
            _awaited.TryRemove(number, out _);
            return failure;
        }

        return await read.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_reading);
        await _producer.DisposeAsync();
        _stopping.Dispose();
    }

    private void Read(IConsumer<byte[], byte[]> consumer)
    {
        using (consumer)
        {
            while (!_stopping.IsCancellationRequested)
            {
                if (consumer.Consume(Poll) is { IsPartitionEOF: false } record && _awaited.TryRemove(BitConverter.ToInt64(record.Message.Key), out var read))
                    read.TrySetResult(null);
            }
        }
    }
}
