using System.Diagnostics.Metrics;
using TrackHub.LocalKafka.Access;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>The broker's meter, <c>TrackHub.LocalKafka</c>. Counted per request and per batch, never per record.</summary>
internal sealed class BrokerMetrics : IDisposable
{
    /// <summary>Name to subscribe to.</summary>
    public const string MeterName = "TrackHub.LocalKafka";

    private static readonly KeyValuePair<string, object?> Receive = new("network.io.direction", "receive");
    private static readonly KeyValuePair<string, object?> Transmit = new("network.io.direction", "transmit");

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _requestSeconds;
    private readonly Histogram<double> _flushSeconds;
    private readonly Counter<long> _io;
    private readonly Counter<long> _appendedBytes;
    private readonly Counter<long> _appendedRecords;
    private readonly Counter<long> _fetchedBytes;
    private readonly Counter<long> _compactions;
    private readonly Counter<long> _compactionRead;
    private readonly Counter<long> _compactionFreed;
    private readonly UpDownCounter<int> _connections;
    private readonly Counter<long> _damagedBytes;
    private readonly Counter<long> _authentications;
    private long _movedBytes;

    public BrokerMetrics()
    {
        _requests = _meter.CreateCounter<long>("trackhub.broker.requests", "{request}", "Requests answered, by API");
        _requestSeconds = _meter.CreateHistogram(
            "trackhub.broker.request.duration", "s", "Time from frame to response, by API; Fetch and JoinGroup wait on purpose",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
        _flushSeconds = _meter.CreateHistogram(
            "trackhub.broker.flush.duration", "s", "Time of one fsync(2) of a log or journal",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1] });
        _io = _meter.CreateCounter<long>("trackhub.broker.io", "By", "Bytes of requests and responses");
        _appendedBytes = _meter.CreateCounter<long>("trackhub.broker.append.size", "By", "Bytes of batches appended");
        _appendedRecords = _meter.CreateCounter<long>("trackhub.broker.append.records", "{record}", "Records appended");
        _fetchedBytes = _meter.CreateCounter<long>("trackhub.broker.fetch.size", "By", "Bytes of batches fetched");
        _damagedBytes = _meter.CreateCounter<long>("trackhub.broker.log.damaged", "By", "Bytes of the log found damaged or missing, by partition");
        _compactions = _meter.CreateCounter<long>("trackhub.broker.compactions", "{compaction}", "Compactions of a partition");
        _compactionRead = _meter.CreateCounter<long>("trackhub.broker.compaction.read", "By", "Bytes of segments gone through by compaction");
        _compactionFreed = _meter.CreateCounter<long>("trackhub.broker.compaction.freed", "By", "Bytes by which compaction made them smaller");
        _connections = _meter.CreateUpDownCounter<int>("trackhub.broker.connections", "{connection}", "Open client connections");
        _authentications = _meter.CreateCounter<long>("trackhub.broker.authentications", "{attempt}", "Attempts to come in from the network, by outcome");
    }

    /// <summary>Adds the gauges of what there is.</summary>
    public void Observe(TopicStore topics, GroupCoordinator groups, ServerCertificate? certificate, TimeProvider clock)
    {
        _ = new LogGauges(_meter, topics, groups);
        _meter.CreateObservableGauge(
            "trackhub.broker.certificate.remaining",
            () => certificate is null ? [] : new[] { new Measurement<double>((certificate.Expires - clock.GetUtcNow()).TotalSeconds) },
            "s",
            "Time until the certificate for other machines ends");
    }

    /// <summary>Bytes of all requests and answers so far.</summary>
    public long MovedBytes => Interlocked.Read(ref _movedBytes);

    public void Answered(ApiKey api, TimeSpan duration, int receivedBytes, int sentBytes)
    {
        var tag = new KeyValuePair<string, object?>("api", api.ToString());
        _requests.Add(1, tag);
        _requestSeconds.Record(duration.TotalSeconds, tag);
        _io.Add(receivedBytes, Receive);
        _io.Add(sentBytes, Transmit);
        Interlocked.Add(ref _movedBytes, receivedBytes + sentBytes);
    }

    public void Flushed(TimeSpan duration) => _flushSeconds.Record(duration.TotalSeconds);

    public void Appended(int bytes, int records)
    {
        _appendedBytes.Add(bytes);
        _appendedRecords.Add(records);
    }

    public void Fetched(int bytes) => _fetchedBytes.Add(bytes);

    public void Damaged(string topic, string partition, long bytes) =>
        _damagedBytes.Add(bytes, new KeyValuePair<string, object?>("messaging.destination.name", topic), new KeyValuePair<string, object?>("messaging.destination.partition.id", partition));

    public void Compacted(long bytesBefore, long bytesAfter)
    {
        _compactions.Add(1);
        _compactionRead.Add(bytesBefore);
        _compactionFreed.Add(bytesBefore - bytesAfter);
    }

    public void Connected() => _connections.Add(1);

    /// <param name="outcome">admitted, refused, no_tls, timed_out or too_many.</param>
    public void Authenticated(string outcome) => _authentications.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Disconnected() => _connections.Add(-1);

    public void Dispose() => _meter.Dispose();
}
