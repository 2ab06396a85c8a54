using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TrackHub.Platform.Streams;

/// <summary>Figures of the log's readers and writers. Singleton, thread-safe; one measurement a batch, not a record.</summary>
/// <remarks>Names: OpenTelemetry semantic conventions for messaging first, <c>trackhub.*</c> after. Attributes: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/.</remarks>
public sealed class StreamMetrics : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "TrackHub.Streams";

    private const string GroupTag = "messaging.consumer.group.name";

    // The edges the conventions advise, and finer and wider ones: a local log answers in a millisecond, a lost one makes batches wait.
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300];

    private static readonly InstrumentAdvice<double> Buckets = new() { HistogramBucketBoundaries = Seconds };

    private readonly Meter _meter;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _sendDuration;
    private readonly Histogram<double> _processDuration;
    private readonly ConcurrentDictionary<RecordConsumer, byte> _consumers = new();

    /// <summary>Makes the instruments.</summary>
    public StreamMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(SourceName);
        _consumed = _meter.CreateCounter<long>("messaging.client.consumed.messages", "{message}", "Records given to a role.");
        _sent = _meter.CreateCounter<long>("messaging.client.sent.messages", "{message}", "Records asked to be appended; with error.type those that were not acknowledged.");
        _sendDuration = _meter.CreateHistogram("messaging.client.operation.duration", "s", "From handing records over to their last acknowledgement.", advice: Buckets);
        _processDuration = _meter.CreateHistogram("messaging.process.duration", "s", "Work on one batch, waiting for lost dependencies included.", advice: Buckets);
        _retries = _meter.CreateCounter<long>("trackhub.batch.retries", "{retry}", "Batches done again because a dependency was away.");
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
        var tags = Tags("send", "send", topic);
        if (fault is { } why)
            tags.Add("error.type", ErrorType(why));
        _sent.Add(count, tags);
        _sendDuration.Record(duration.TotalSeconds, tags);
    }

    /// <summary>One attempt at a batch was in vain.</summary>
    internal void Retried(string group, string dependency) =>
        _retries.Add(1, new TagList { { GroupTag, group }, { "dependency", dependency } });

    /// <summary>A batch was worked on to its end.</summary>
    internal void Worked(string group, RecordBatch batch, TimeSpan duration, BatchOutcome outcome)
    {
        // A batch of several topics is told under none of them.
        var topic = batch[0].Coordinates.Topic;
        var tags = Tags("process", "process", batch[^1].Coordinates.Topic == topic && batch.All(record => record.Coordinates.Topic == topic) ? topic : null);
        tags.Add(GroupTag, group);
        if (outcome is BatchOutcome.Revoked)
            tags.Add("error.type", "revoked");
        _processDuration.Record(duration.TotalSeconds, tags);
    }

    internal void DeadLettered(string stage, string reason) => _deadLetters.Add(1, new TagList { { "stage", stage }, { "reason", reason } });

    /// <summary>A fault of the log as error.type.</summary>
    internal static string ErrorType(LogFault fault) => fault switch { LogFault.QueueFull => "queue_full", LogFault.TimedOut => "timed_out", _ => "away" };

    private static TagList Tags(string operation, string type, string? topic)
    {
        var tags = new TagList { { "messaging.system", "kafka" }, { "messaging.operation.name", operation }, { "messaging.operation.type", type } };
        if (topic is not null)
            tags.Add("messaging.destination.name", topic);
        return tags;
    }

    private static TagList Of(string group, string topic) => new() { { GroupTag, group }, { "messaging.destination.name", topic } };

    private void AddConsumed(string group, string topic, int count)
    {
        var tags = Tags("poll", "receive", topic);
        tags.Add(GroupTag, group);
        _consumed.Add(count, tags);
    }

    private IEnumerable<Measurement<long>> Lags() =>
        _consumers.Keys.SelectMany(static consumer => consumer.Figures().Select(figure => new Measurement<long>(figure.Lag, Of(consumer.Group, figure.Topic))));

    private IEnumerable<Measurement<double>> Overdues() =>
        _consumers.Keys.SelectMany(static consumer => consumer.Figures().Select(figure => new Measurement<double>(figure.OverdueSeconds, Of(consumer.Group, figure.Topic))));
}
