using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Streams;

/// <summary>The poll thread of one consumer: fetches into the buffer, answers rebalances, never waits longer than a second for the role.</summary>
/// <remarks>Everything here runs on that thread unless said otherwise. Pausing costs the client's prefetch, so a short stall just waits.</remarks>
internal sealed class ConsumerLoop(
    IConsumer<byte[]?, byte[]?> consumer, RecordConsumerOptions options, RecordBuffer buffer, RoleHealth health, TimeProvider clock, ILogger logger)
    : IDisposable
{
    private static readonly TimeSpan PollLimit = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UpkeepInterval = TimeSpan.FromMilliseconds(1);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private string Name => $"consumer {options.Group}";
    private long _lastUpkeep;
    private TimeSpan _pollLimit = PollLimit;
    private bool _allPaused;

    /// <summary>Starts the thread. From any thread, once.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = Name }.Start();

    /// <summary>Commits what was stored, leaves the group, ends the thread. From any thread, after <see cref="Start"/>.</summary>
    /// <returns>
    /// False if the client library did not come back from that within five seconds, and may never: it looks for a coordinator that is away without end
    /// (https://github.com/confluentinc/librdkafka/issues/3740). Thread and client are then to be left alone until the process ends.
    /// </returns>
    public async Task<bool> StopAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _ended.Task.WaitAsync(CloseLimit, clock);
            return true;
        }
        catch (TimeoutException)
        {
            ConsumerLog.NotClosed(logger, options.Group, CloseLimit.TotalSeconds);
            health.Ended(Name);
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <summary>Where the start offsets of these partitions are; see <see cref="RecordConsumerOptions.StartOffsets"/>.</summary>
    public IEnumerable<TopicPartitionOffset> Assign(List<TopicPartition> partitions)
    {
        var positions = options.StartOffsets is null ? FirstPositions(partitions) : StartPositions(partitions);
        foreach (var partition in partitions)
            buffer.Assign(options.Topics.First(topic => topic.Name == partition.Topic), partition.Partition.Value);

        ConsumerLog.Assigned(logger, options.Group, partitions.Count, string.Join(", ", partitions));
        options.OnAssigned?.Invoke(Named(partitions));
        return positions;
    }

    /// <summary>Partitions leave in order: the batch at work may finish, and what it stores is committed.</summary>
    public void Revoke(IReadOnlyCollection<TopicPartition> partitions) =>
        Release(partitions, _stop.IsCancellationRequested ? TimeSpan.Zero : options.RevokeGrace);

    /// <summary>Partitions are another member's already.</summary>
    public void Lose(IReadOnlyCollection<TopicPartition> partitions) => Release(partitions, TimeSpan.Zero);

    /// <summary>Errors the client library meets by itself; from its threads. It reconnects without us, all but a fatal one.</summary>
    public void OnError(Error error)
    {
        if (error.IsFatal)
            buffer.Fail(new KafkaException(error));
        ConsumerLog.ClientError(logger, options.Group, error.Code, error.Reason);
    }

    private static List<(string Topic, int Partition)> Named(IEnumerable<TopicPartition> partitions) =>
        [.. partitions.Select(static partition => (partition.Topic, partition.Partition.Value))];

    private void Run()
    {
        try
        {
            consumer.Subscribe(options.Topics.Select(static topic => topic.Name));
            while (!_stop.IsCancellationRequested)
                Turn();
            consumer.Close();
            health.Ended(Name);
        }
#pragma warning disable CA1031 // The thread's last frame: whatever ended it must reach the role's loop, which ends the process.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            ConsumerLog.Failed(logger, options.Group, failure);
            buffer.Fail(failure);
        }

        _ended.SetResult();
    }

    private void Turn()
    {
        var pollLimit = Upkeep();
        try
        {
            if (consumer.Consume(pollLimit) is { } result)
                buffer.Add(Read(result));
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal && !IsOffsetLost(failure))
        {
            // Topic not there yet, leader moving, poll interval exceeded …: the client goes on by itself.
            ConsumerLog.ClientError(logger, options.Group, failure.Error.Code, failure.Error.Reason);
        }
    }

    /// <summary>What has to be done now and then, not per record; tells how long the next poll may take.</summary>
    private TimeSpan Upkeep()
    {
        if (clock.GetElapsedTime(_lastUpkeep) < UpkeepInterval)
            return _pollLimit;

        _lastUpkeep = clock.GetTimestamp();
        health.Beat(Name);
        var due = buffer.Promote();
        if (!_allPaused && buffer.IsFull)
        {
            var stalled = clock.GetTimestamp();
            while (buffer.IsFull && !_stop.IsCancellationRequested && StallLimit - clock.GetElapsedTime(stalled) is { Ticks: > 0 } left)
                buffer.WaitForProgress(left);
            _allPaused = buffer.IsFull;
        }
        else if (_allPaused && buffer.IsHalfEmpty)
        {
            _allPaused = false;
        }

        var (pause, resume) = buffer.PauseChanges(_allPaused);
        if (pause.Count > 0)
            consumer.Pause(pause.Select(ToKafka));
        if (resume.Count > 0)
            consumer.Resume(resume.Select(ToKafka));

        // Not shorter than the upkeep's own interval, before which nothing would be promoted.
        var limit = _allPaused ? PollLimit / 10 : PollLimit;
        return _pollLimit = due >= limit ? limit : due > UpkeepInterval ? due : UpkeepInterval;
    }

    /// <summary>The group's offsets, or the start of the log for a partition that never had one: the explicit first start.</summary>
    private List<TopicPartitionOffset> FirstPositions(List<TopicPartition> partitions)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return [.. consumer.Committed(partitions, TimeSpan.FromSeconds(10)).Select(static committed =>
                    committed.Offset == Offset.Unset ? new TopicPartitionOffset(committed.TopicPartition, Offset.Beginning) : committed)];
            }
            catch (KafkaException failure) when (attempt < 6 && !failure.Error.IsFatal && !_stop.IsCancellationRequested)
            {
                ConsumerLog.ClientError(logger, options.Group, failure.Error.Code, failure.Error.Reason);
                health.Beat(Name);
                _stop.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(500));
            }
        }
    }

    /// <summary>Where the role says that each partition goes on; waits while it cannot tell, for nobody of its group could.</summary>
    /// <remarks>
    /// Not looked up later and sought: the client may fall back from a seek to the position the partition was assigned at, and what lies between is
    /// never read. See https://github.com/confluentinc/librdkafka/issues/2256.
    /// </remarks>
    private List<TopicPartitionOffset> StartPositions(List<TopicPartition> partitions)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                // Not cancelled when it takes long: a driver that cancels asks the server as well, and may wait for one that hangs.
                var starts = options.StartOffsets!(_stop.Token).WaitAsync(StartLimit, clock, _stop.Token).GetAwaiter().GetResult();
                return partitions.ConvertAll(partition =>
                    new TopicPartitionOffset(partition, starts.TryGetValue((partition.Topic, partition.Partition.Value), out var next) ? new Offset(next) : Offset.Beginning));
            }
            catch (Exception failure) when (failure is OperationCanceledException or TimeoutException || Dependencies.IsAway(failure))
            {
                _ = Dependencies.IsAway(failure, out var dependency);
                ConsumerLog.StartWaits(logger, options.Group, partitions.Count, dependency ?? "an answer");
            }

            health.Beat(Name);
            _stop.Token.WaitHandle.WaitOne(StartPause);
        }

        return partitions.ConvertAll(static partition => new TopicPartitionOffset(partition, Offset.End));   // closing: nothing is read any more
    }

    private void Release(IReadOnlyCollection<TopicPartition> partitions, TimeSpan grace)
    {
        var names = Named(partitions);

        // The client keeps a pause over a rebalance: a partition that came back paused would never be read again.
        var paused = buffer.Owned.Where(owned => owned.PausedAtBroker && names.Contains((owned.Topic.Name, owned.Number))).Select(ToKafka).ToList();
        buffer.Release(names, grace);
        if (paused.Count > 0 && !_stop.IsCancellationRequested)
            consumer.Resume(paused);
        ConsumerLog.Revoked(logger, options.Group, names.Count);
        options.OnRevoked?.Invoke(names);
    }

    private bool IsOffsetLost(ConsumeException failure)
    {
        if (failure.Error.Code is not (ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange))
            return false;

        ConsumerLog.OffsetLost(logger, options.Group, failure.ConsumerRecord?.TopicPartition?.ToString() ?? "a partition", failure.Error.Reason);
        return true;
    }

    private static TopicPartition ToKafka(OwnedPartition partition) => new(partition.Topic.Name, partition.Number);

    private static StreamRecord Read(ConsumeResult<byte[]?, byte[]?> result) => new()
    {
        Coordinates = new(result.Topic, result.Partition.Value, result.Offset.Value),
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, result.Message.Timestamp.UnixTimestampMs)),
        Key = result.Message.Key,
        Value = result.Message.Value,
        KafkaHeaders = result.Message.Headers,
        LeaderEpoch = result.LeaderEpoch,
    };
}
