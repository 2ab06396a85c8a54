using Confluent.Kafka;
using TrackHub.LocalKafka.Faults.Checking;
using TrackHub.LocalKafka.Faults.Lab;

namespace TrackHub.LocalKafka.Faults.Driving;

/// <summary>A producer at a steady rate, whose records can be told from all others; see <see cref="SentLog"/>.</summary>
internal sealed class Sender : IAsyncDisposable
{
    private const int PerTick = 12;
    private const int InFlightLimit = 2000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortTick = TimeSpan.FromMilliseconds(1);
    private static readonly string Filler = new('x', 80);

    private readonly string _name;
    private readonly bool _isIdempotent;
    private readonly string _topic;
    private readonly int _partitions;
    private readonly IProducer<string, string> _producer;
    private readonly PeriodicTimer _ticks = new(Tick);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _noting = new();
    private readonly List<long> _acked = [];
    private readonly Task _sending;
    private int _ackCount;
    private int _answered;

    /// <param name="clients">Makes its client.</param>
    /// <param name="name">Key of its records.</param>
    /// <param name="config">Idempotence and compression.</param>
    /// <param name="topic">Where to.</param>
    /// <param name="partitions">Partitions of it.</param>
    /// <param name="onFatal">Told of what the client cannot recover from.</param>
    public Sender(Clients clients, string name, ProducerConfig config, string topic, int partitions, Action<string> onFatal)
    {
        (_name, _topic, _partitions, _isIdempotent) = (name, topic, partitions, config.EnableIdempotence == true);
        _producer = clients.Producer(config, error => onFatal($"{name}: {error}"));
        _sending = SendAsync();
    }

    /// <summary>Records that were acknowledged.</summary>
    public int AckCount => Volatile.Read(ref _ackCount);

    /// <summary>What was sent and told so far.</summary>
    public SentLog Log()
    {
        lock (_noting)
            return new SentLog(_name, _isIdempotent, _acked.Count, [.. _acked]);
    }

    /// <summary>Sends ten times as much, so that there are always batches under way.</summary>
    public void Hurry(bool on) => _ticks.Period = on ? ShortTick : Tick;

    /// <summary>Stops sending and waits for the answers to what was sent.</summary>
    /// <returns>Whether all came.</returns>
    public async Task<bool> FinishAsync(TimeSpan patience)
    {
        await _stopping.CancelAsync();
        await _sending;
        return await Task.Run(() => _producer.Flush(patience)) == 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _sending;
        _producer.Dispose();
        _ticks.Dispose();
        _stopping.Dispose();
    }

    private async Task SendAsync()
    {
        try
        {
            while (await _ticks.WaitForNextTickAsync(_stopping.Token))
            {
                // While the broker is away a little waits, so that there are batches to send again, but memory stays small.
                for (var i = 0; i < PerTick && _acked.Count - Volatile.Read(ref _answered) < InFlightLimit; i++)
                    Send();
            }
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private void Send()
    {
        int number;
        lock (_noting)
        {
            number = _acked.Count;
            _acked.Add(-1);
        }

        var record = new Message<string, string>
        {
            Key = _name,
            Value = $"{number} {Filler}",
            Timestamp = new Timestamp(SentLog.FirstMs + number, TimestampType.CreateTime),
        };
        _producer.Produce(new TopicPartition(_topic, number % _partitions), record, report => Note(number, report));
    }

    private void Note(int number, DeliveryReport<string, string> report)
    {
        Interlocked.Increment(ref _answered);
        if (report.Error.IsError)
            return;

        lock (_noting)
            _acked[number] = report.Offset.Value;
        Interlocked.Increment(ref _ackCount);
    }
}
