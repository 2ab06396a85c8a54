using Confluent.Kafka;
using TrackHub.LocalKafka.Faults.Lab;

namespace TrackHub.LocalKafka.Faults.Driving;

/// <summary>Commits 1, 2, 3 … for all partitions of a topic as fast as it is answered, from outside of any membership.</summary>
internal sealed class Committer : IAsyncDisposable
{
    /// <summary>Its group.</summary>
    public const string Group = "counting";

    private readonly IConsumer<string, string> _consumer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _committing;
    private long _acked = -1;
    private long _attempted = -1;

    public Committer(Clients clients, string topic, int partitions)
    {
        _consumer = clients.Consumer(Group);
        _committing = Task.Factory.StartNew(() => Commit(topic, partitions), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The last commit that was acknowledged, -1 for none.</summary>
    public long Acked => Volatile.Read(ref _acked);

    /// <summary>The last commit that was asked for, -1 for none.</summary>
    public long Attempted => Volatile.Read(ref _attempted);

    /// <summary>Stops committing.</summary>
    public async Task FinishAsync()
    {
        await _stopping.CancelAsync();
        await _committing;
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        _consumer.Dispose();
        _stopping.Dispose();
    }

    private void Commit(string topic, int partitions)
    {
        for (var next = 1L; !_stopping.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(3)); next++)
        {
            Volatile.Write(ref _attempted, next);
            try
            {
                _consumer.Commit(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, next)));
                Volatile.Write(ref _acked, next);
            }
            catch (KafkaException)
            {
                // Unanswered or refused: it may be there or not.
            }
        }
    }
}
