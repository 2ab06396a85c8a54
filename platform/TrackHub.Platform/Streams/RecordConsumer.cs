using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using TrackHub.Platform.Hosting;

namespace TrackHub.Platform.Streams;

/// <summary>Reads topics as a member of a group: one loop of batches, polling that never stops, offsets stored only for what is done.</summary>
/// <remarks>
/// At least once. A thread of its own polls; it joins the group at the first call of <see cref="BatchesAsync"/>. All members are thread-safe,
/// but one loop at a time may enumerate batches. Disposal commits what was stored and leaves the group, if the log answers.
/// </remarks>
public sealed class RecordConsumer : IAsyncDisposable
{
    private static readonly TimeSpan QueryLimit = TimeSpan.FromSeconds(2);

    // No time at all: LATEST of ListOffsets.
    private static readonly Timestamp End = new(-1, TimestampType.NotAvailable);

    private readonly RecordConsumerOptions _options;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly RecordBuffer _buffer;
    private readonly ConsumerLoop _loop;
    private readonly StreamMetrics _metrics;
    private int _started;

    internal RecordConsumer(
        KafkaOptions kafka, RecordConsumerOptions options, RoleHealth health, StreamMetrics metrics, TimeProvider clock, ILogger logger)
    {
        _options = options;
        _metrics = metrics;
        _buffer = new(options, StoreOffset, clock);
        _consumer = new ConsumerBuilder<byte[]?, byte[]?>(ClientSettings.Consumer(kafka, options))
            .SetPartitionsAssignedHandler((_, partitions) => _loop!.Assign(partitions))
            .SetPartitionsRevokedHandler((_, positions) => _loop!.Revoke([.. positions.Select(static position => position.TopicPartition)]))
            .SetPartitionsLostHandler((_, positions) => _loop!.Lose([.. positions.Select(static position => position.TopicPartition)]))
            .SetErrorHandler((_, error) => _loop!.OnError(error))
            .SetLogHandler((_, message) => ClientLog.Write(logger, message))
            .Build();
        _loop = new(_consumer, options, _buffer, health, clock, logger);
        metrics.Watch(this);
    }

    /// <summary>Partitions owned now.</summary>
    public IReadOnlyCollection<(string Topic, int Partition)> Assignment =>
        [.. _buffer.Owned.Select(static partition => (partition.Topic.Name, partition.Number))];

    /// <summary>Its group.</summary>
    public string Group => _options.Group;

    /// <summary>Whether every partition is paused at the client because the role does not keep up.</summary>
    internal bool IsPausedAtBroker => _buffer.Owned is { Count: > 0 } owned && owned.All(static partition => partition.PausedAtBroker);

    /// <summary>Batches without end, until <paramref name="stoppingToken"/> is cancelled; then the enumeration ends without an exception.</summary>
    /// <param name="maxBatchSize">Most records a batch holds, from 1.</param>
    /// <param name="maxLinger">How long a started batch waits to fill.</param>
    /// <param name="stoppingToken">Ends the enumeration: no new batch is taken; the one at work is not touched.</param>
    /// <exception cref="KafkaException">The client met a fatal error, or an offset is no longer in the log; the process should end.</exception>
    public async IAsyncEnumerable<RecordBatch> BatchesAsync(
        int maxBatchSize, TimeSpan maxLinger, [EnumeratorCancellation] CancellationToken stoppingToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBatchSize, 1);
        if (Interlocked.Exchange(ref _started, 1) == 0)
            _loop.Start();

        while (await _buffer.TakeAsync(maxBatchSize, maxLinger, stoppingToken) is { } batch)
        {
            batch.Reader = (_metrics, _options.Group);
            _metrics.Consumed(_options.Group, batch);
            RecordTrace.Begin(_options.Group, batch);
            yield return batch;
        }
    }

    /// <summary>Marks the whole batch as done. Records of partitions no longer owned are ignored.</summary>
    public void Store(RecordBatch batch) => _buffer.Complete(batch);

    /// <summary>Marks one record as done, in any order; only the gap-free prefix of its partition is stored.</summary>
    public void Complete(StreamRecord record) => _buffer.Complete([record]);

    /// <summary>Puts what is not done of a batch back to the head of its partitions, where still owned: it comes again.</summary>
    public void GiveBack(RecordBatch batch) => _buffer.GiveBack(batch);

    /// <summary>Gives no more records of these partitions until <see cref="Resume"/>. Partitions not owned are ignored; a pause ends with the assignment.</summary>
    public void Pause(IEnumerable<TopicPartition> partitions) => _buffer.Hold(partitions.Select(static p => (p.Topic, p.Partition.Value)), held: true);

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume(IEnumerable<TopicPartition> partitions) => _buffer.Hold(partitions.Select(static p => (p.Topic, p.Partition.Value)), held: false);

    /// <summary>The offset the next record of a partition will get, asked of the broker now; null while it does not answer within 2 s. Blocks.</summary>
    public long? QueryEndOffset(string topic, int partition)
    {
        try
        {
            return _consumer.QueryWatermarkOffsets(new(topic, partition), QueryLimit).High.Value;
        }
        catch (KafkaException)
        {
            return null;   // the caller's watermark stays where it was
        }
    }

    /// <summary>End offsets of many partitions in one request, asked of the broker now; with transactions on them, the end of what is committed.</summary>
    /// <remarks>
    /// Asked for by the time that stands for the end in ListOffsets (https://kafka.apache.org/protocol#The_Messages_ListOffsets): an admin client looks for
    /// the leaders anew with every question, which takes it 20 to 70 ms, ten times as long.
    /// </remarks>
    /// <exception cref="DependencyAwayException">The broker does not answer within 2 s.</exception>
    public async Task<IReadOnlyDictionary<(string Topic, int Partition), long>> EndOffsetsAsync(
        IReadOnlyCollection<(string Topic, int Partition)> partitions, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Task.Run(
                () => _consumer.OffsetsForTimes(partitions.Select(static p => new TopicPartitionTimestamp(p.Topic, p.Partition, End)), QueryLimit), cancellationToken);
            return found.ToDictionary(static end => (end.Topic, end.Partition.Value), static end => end.Offset.Value);
        }
        catch (KafkaException failure)
        {
            throw new DependencyAwayException("kafka", failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _metrics.Forget(this);
        if (Interlocked.Exchange(ref _started, 2) == 1 && !await _loop.StopAsync())
            return;

        _consumer.Dispose();
        _loop.Dispose();
        _buffer.Dispose();
    }

    /// <summary>Per topic: records between what was buffered and the newest end the client knows, and seconds the head of a delay topic is overdue.</summary>
    internal IEnumerable<(string Topic, long Lag, double OverdueSeconds)> Figures()
    {
        foreach (var topic in _buffer.Owned.GroupBy(static partition => partition.Topic.Name))
        {
            var lag = 0L;
            foreach (var partition in topic.Where(static partition => partition.Position >= 0))
                lag += Math.Max(0, _consumer.GetWatermarkOffsets(new(topic.Key, partition.Number)).High.Value - partition.Position) + partition.Taken.Open;
            yield return (topic.Key, lag, _buffer.OverdueSeconds(topic.Key));
        }
    }

    private void StoreOffset(OwnedPartition partition, long next, int? epoch)
    {
        try
        {
            _consumer.StoreOffset(new TopicPartitionOffset(partition.Topic.Name, partition.Number, next, epoch));
        }
        catch (KafkaException failure) when (failure.Error.Code is ErrorCode.Local_State or ErrorCode.Local_UnknownPartition)
        {
            // Lost this moment, the handler has not run yet: its next owner reads the records again.
        }
    }
}
