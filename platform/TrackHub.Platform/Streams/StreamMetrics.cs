using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TrackHub.Platform.Streams;

/// <summary>Figures of the log's readers and writers. Singleton, thread-safe; one measurement a batch, not a record.</summary>
/// <remarks>Names: OpenTelemetry semantic conventions for messaging first, <c>trackhub.*</c> after. Tags: topic, group, stage, reason.</remarks>
public sealed class StreamMetrics : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "TrackHub.Streams";

    internal static readonly ActivitySource Source = new(SourceName);
    private static readonly double[] Seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

    private readonly Meter _meter;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _deadLetters;
    private readonly Histogram<double> _sendDuration;
    private readonly Histogram<double> _processDuration;
    private readonly ConcurrentDictionary<RecordConsumer, byte> _consumers = new();

    /// <summary>Makes the instruments.</summary>
    public StreamMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(SourceName);
        _consumed = _meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Records given to a role.");
        _sent = _meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Records asked to be appended, by outcome.");
        _sendDuration = _meter.CreateHistogram(
            "messaging.client.operation.duration", "s", "From handing records over to their last acknowledgement.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        _processDuration = _meter.CreateHistogram(
            "messaging.process.duration", "s", "Work on one batch, waiting for lost dependencies included.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Seconds });
        _deadLetters = _meter.CreateCounter<long>("trackhub.dead_letters", "{record}", "Records moved to the dead letters.");
        _meter.CreateObservableGauge("trackhub.consumer.lag", Lags, "{record}", "Records not yet done of the partitions owned.");
        _meter.CreateObservableGauge("trackhub.consumer.overdue", Overdues, "s", "How late the head of a delay topic is.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Watch(RecordConsumer consumer) => _consumers[consumer] = 0;

    internal void Forget(RecordConsumer consumer) => _consumers.TryRemove(consumer, out _);

    internal void Consumed(string group, RecordBatch batch)
    {
        // Batches are runs of few topics.
        var (topic, count) = (batch[0].Coordinates.Topic, 0);
        foreach (var record in batch)
        {
            if (record.Coordinates.Topic != topic)
            {
                AddConsumed(group, topic, count);
                (topic, count) = (record.Coordinates.Topic, 0);
            }

            count++;
        }

        AddConsumed(group, topic, count);
    }

    internal void Sent(string topic, int count, TimeSpan duration, LogFault? fault)
    {
        var tags = new TagList { { "messaging.system", "kafka" }, { "messaging.destination.name", topic } };
        if (fault is not null)
            tags.Add("error.type", fault switch { LogFault.QueueFull => "queue_full", LogFault.TimedOut => "timed_out", _ => "away" });
        _sent.Add(count, tags);
        _sendDuration.Record(duration.TotalSeconds, tags);
    }

    internal void Worked(string topic, TimeSpan duration, BatchOutcome outcome) => _processDuration.Record(
        duration.TotalSeconds,
        new TagList { { "messaging.system", "kafka" }, { "messaging.destination.name", topic }, { "outcome", outcome is BatchOutcome.Done ? "done" : "revoked" } });

    internal void DeadLettered(string stage, string reason) => _deadLetters.Add(1, new TagList { { "stage", stage }, { "reason", reason } });

    private static TagList Of(string group, string topic) =>
        new() { { "messaging.system", "kafka" }, { "messaging.consumer.group.name", group }, { "messaging.destination.name", topic } };

    private void AddConsumed(string group, string topic, int count) => _consumed.Add(count, Of(group, topic));

    private IEnumerable<Measurement<long>> Lags() =>
        _consumers.Keys.SelectMany(static consumer => consumer.Figures().Select(figure => new Measurement<long>(figure.Lag, Of(consumer.Group, figure.Topic))));

    private IEnumerable<Measurement<double>> Overdues() =>
        _consumers.Keys.SelectMany(static consumer => consumer.Figures().Select(figure => new Measurement<double>(figure.OverdueSeconds, Of(consumer.Group, figure.Topic))));
}
