using System.Globalization;
using Confluent.Kafka;
using TrackHub.LocalKafka.Faults.Lab;

namespace TrackHub.LocalKafka.Faults.Driving;

/// <summary>An idempotent producer that writes a few keys over and over; the value of a record is its number.</summary>
internal sealed class KeyedWriter : IDisposable
{
    private static readonly string Filler = new('x', 300);

    private readonly string _topic;
    private readonly int _keys;
    private readonly IProducer<string, string> _producer;
    private readonly Lock _noting = new();
    private readonly Dictionary<long, int> _numbers = [];
    private readonly Dictionary<string, int> _latest = [];

    /// <param name="clients">Makes its client.</param>
    /// <param name="topic">Where to, partition 0.</param>
    /// <param name="keys">How many.</param>
    /// <param name="onFatal">Told of what the client cannot recover from.</param>
    public KeyedWriter(Clients clients, string topic, int keys, Action<string> onFatal)
    {
        (_topic, _keys) = (topic, keys);
        _producer = clients.Producer(new ProducerConfig { EnableIdempotence = true, BatchNumMessages = 20 }, error => onFatal(error.ToString()));
    }

    /// <summary>Records that were sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Numbers of acknowledged records by offset.</summary>
    public IReadOnlyDictionary<long, int> Numbers
    {
        get
        {
            lock (_noting)
                return new Dictionary<long, int>(_numbers);
        }
    }

    /// <summary>For each key the number of the last record that was acknowledged.</summary>
    public IReadOnlyDictionary<string, int> Latest
    {
        get
        {
            lock (_noting)
                return new Dictionary<string, int>(_latest);
        }
    }

    /// <summary>The key of a record.</summary>
    public string KeyOf(int number) => (number % _keys).ToString(CultureInfo.InvariantCulture);

    /// <summary>Hands so many records more to the client.</summary>
    public void Send(int count)
    {
        for (; count > 0; count--, Sent++)
        {
            var number = Sent;
            _producer.Produce(
                new TopicPartition(_topic, 0),
                new Message<string, string> { Key = KeyOf(number), Value = $"{number} {Filler}" },
                report => Note(number, report));
        }
    }

    /// <summary>Waits for the answers to all that was sent.</summary>
    /// <returns>Whether all came.</returns>
    public Task<bool> FlushAsync(TimeSpan patience) => Task.Run(() => _producer.Flush(patience) == 0);

    public void Dispose() => _producer.Dispose();

    private void Note(int number, DeliveryReport<string, string> report)
    {
        if (report.Error.IsError)
            return;

        lock (_noting)
        {
            _numbers[report.Offset.Value] = number;
            _latest[KeyOf(number)] = Math.Max(number, _latest.GetValueOrDefault(KeyOf(number), -1));
        }
    }
}
