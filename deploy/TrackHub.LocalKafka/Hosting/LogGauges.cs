using System.Diagnostics.Metrics;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>Gauges of what the log holds, read from counters in memory when somebody asks for metrics.</summary>
/// <remarks>
/// Clients choose the names of topics, so the series are bounded: beyond <see cref="MaxSeries"/> the rest is one series, and sums stay right.
/// </remarks>
internal sealed class LogGauges
{
    /// <summary>Most topics that have a series of their own.</summary>
    public const int MaxSeries = 300;

    private const string Others = "_other";
    private const string TopicTag = "messaging.destination.name";

    private readonly TopicStore _topics;

    public LogGauges(Meter meter, TopicStore topics)
    {
        _topics = topics;
        meter.CreateObservableGauge("trackhub.broker.log.size", () => ByTopic(static log => log.SizeInBytes), "By", "Bytes of the segments of a topic");
        meter.CreateObservableGauge(
            "trackhub.broker.log.records", () => ByTopic(static log => log.EndOffset - log.StartOffset), "{record}", "Offsets of a topic between log start and end");
    }

    private List<Measurement<long>> ByTopic(Func<PartitionLog, long> measure) =>
        Bounded(_topics.Topics.Select(topic => (topic.Name, topic.Partitions.Sum(measure))));

    /// <summary>The first names by their letters as series of their own, so that these stay the same, and the sum of the rest.</summary>
    private static List<Measurement<long>> Bounded(IEnumerable<(string Topic, long Value)> values)
    {
        var ordered = values.OrderBy(static value => value.Topic, StringComparer.Ordinal).ToList();
        var measured = ordered.Take(MaxSeries).Select(static value => Of(value.Topic, value.Value)).ToList();
        if (ordered.Count > MaxSeries)
            measured.Add(Of(Others, ordered.Skip(MaxSeries).Sum(static value => value.Value)));
        return measured;

        static Measurement<long> Of(string topic, long value) => new(value, new KeyValuePair<string, object?>(TopicTag, topic));
    }
}
