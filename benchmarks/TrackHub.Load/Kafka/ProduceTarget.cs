using Confluent.Kafka;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Kafka;

/// <summary>Raw produce: from the call to the report that the record is persisted, over a number of clients.</summary>
internal sealed class ProduceTarget(RawTopic topic, int connections) : ILoadTarget
{
    private readonly IProducer<byte[], byte[]>[] _producers = [.. Enumerable.Range(0, connections).Select(_ => topic.Producer())];

    /// <inheritdoc/>
    public int Depth => 256;   // records in flight a client: what a busy role has in its batches

    /// <inheritdoc/>
    public Task<string?> SendAsync(long number, CancellationToken cancellationToken)
    {
        var reported = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _producers[number % _producers.Length].Produce(
                new TopicPartition(topic.Name, (int)(number % RawTopic.Partitions)),
                new() { Key = BitConverter.GetBytes(number), Value = SampleValue.Of(number) },
                report => reported.TrySetResult(report.Error.IsError ? $"kafka_{report.Error.Code}" : null));
        }
        catch (ProduceException<byte[], byte[]> failure)
        {
            return Task.FromResult<string?>($"kafka_{failure.Error.Code}");
        }

        return reported.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_producers.Select(static producer => Task.Run(producer.Dispose)));
}
