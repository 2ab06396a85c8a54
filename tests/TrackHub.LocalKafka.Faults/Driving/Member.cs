using System.Collections;
using Confluent.Kafka;
using TrackHub.LocalKafka.Faults.Lab;

namespace TrackHub.LocalKafka.Faults.Driving;

/// <summary>What a consuming group was given and committed, noted by all of its members.</summary>
internal sealed class GroupLog(string topic, int partitions)
{
    private readonly Lock _noting = new();
    private readonly BitArray[] _consumed = [.. Enumerable.Range(0, partitions).Select(static _ => new BitArray(1024))];
    private readonly long[] _acked = [.. Enumerable.Repeat(-1L, partitions)];
    private readonly long[] _attempted = [.. Enumerable.Repeat(-1L, partitions)];

    /// <summary>Group id of its members.</summary>
    public const string Group = "consuming";

    public string Topic => topic;

    public void Consumed(int partition, long offset)
    {
        lock (_noting)
        {
            if (offset >= _consumed[partition].Length)
                _consumed[partition].Length = (int)(offset + 1) * 2;
            _consumed[partition][(int)offset] = true;
        }
    }

    public void Attempted(Dictionary<int, long> positions) => Note(_attempted, positions);

    public void Acked(Dictionary<int, long> positions) => Note(_acked, positions);

    /// <summary>Highest commits of a partition: acknowledged and asked for.</summary>
    public (long Acked, long Attempted) Commits(int partition)
    {
        lock (_noting)
            return (_acked[partition], _attempted[partition]);
    }

    /// <summary>Offsets that some member was given, by partition.</summary>
    public IReadOnlyList<BitArray> Consumed()
    {
        lock (_noting)
            return [.. _consumed.Select(static offsets => new BitArray(offsets))];
    }

    private void Note(long[] to, Dictionary<int, long> positions)
    {
        lock (_noting)
        {
            foreach (var (partition, position) in positions)
                to[partition] = Math.Max(to[partition], position);
        }
    }
}

/// <summary>A member of the consuming group: reads what it is assigned and commits how far it got, some twenty times a second.</summary>
internal sealed class Member : IAsyncDisposable
{
    private static readonly TimeSpan CommitEvery = TimeSpan.FromMilliseconds(50);

    private readonly GroupLog _log;
    private readonly IConsumer<string, string> _consumer;
    private readonly Dictionary<int, long> _positions = [];   // consumed and not committed; what is not ours any more is not
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _consuming;

    public Member(Clients clients, GroupLog log)
    {
        _log = log;
        _consumer = clients.Consumer(
            GroupLog.Group,
            static config => config.EnablePartitionEof = false,
            builder => builder
                .SetPartitionsAssignedHandler((_, _) => _positions.Clear())
                .SetPartitionsRevokedHandler((_, _) => _positions.Clear())
                .SetPartitionsLostHandler((_, _) => _positions.Clear()));
        _consuming = Task.Factory.StartNew(Consume, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _consuming;
        _consumer.Dispose();
        _stopping.Dispose();
    }

    private void Consume()
    {
        _consumer.Subscribe(_log.Topic);
        var committed = TimeProvider.System.GetTimestamp();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (_consumer.Consume(CommitEvery) is { } record)
                {
                    _log.Consumed(record.Partition.Value, record.Offset.Value);
                    _positions[record.Partition.Value] = record.Offset.Value + 1;
                }

                if (_positions.Count > 0 && TimeProvider.System.GetElapsedTime(committed) > CommitEvery)
                {
                    committed = TimeProvider.System.GetTimestamp();
                    Commit();
                }
            }
            catch (KafkaException)
            {
                // The broker is away or the member was expelled: the client joins again by itself.
            }
        }
    }

    private void Commit()
    {
        var positions = new Dictionary<int, long>(_positions);
        _log.Attempted(positions);
        _consumer.Commit(positions.Select(position => new TopicPartitionOffset(_log.Topic, position.Key, position.Value)));
        _log.Acked(positions);
        _positions.Clear();
    }
}
