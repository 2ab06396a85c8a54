using System.Diagnostics.Metrics;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>Gauges of what the log holds and how far its groups are, read from counters in memory when somebody asks for metrics.</summary>
/// <remarks>
/// Clients choose the names of topics and groups, so the series are bounded: beyond <see cref="MaxSeries"/> the rest is one series, and sums
/// stay right.
/// </remarks>
internal sealed class LogGauges
{
    /// <summary>Most series of one gauge.</summary>
    public const int MaxSeries = 300;

    private const string Others = "_other";
    private const string TopicTag = "messaging.destination.name";
    private const string GroupTag = "messaging.consumer.group.name";

    private readonly TopicStore _topics;

    public LogGauges(Meter meter, TopicStore topics, GroupCoordinator groups)
    {
        _topics = topics;
        meter.CreateObservableGauge("trackhub.broker.log.size", () => ByTopic(static log => log.SizeInBytes), "By", "Bytes of the segments of a topic");
        meter.CreateObservableGauge("trackhub.broker.log.segments", () => ByTopic(static log => log.Segments.Count), "{segment}", "Segments of a topic");
        meter.CreateObservableGauge(
            "trackhub.broker.log.records", () => ByTopic(static log => log.EndOffset - log.StartOffset), "{record}", "Offsets of a topic between log start and end");
        meter.CreateObservableGauge("trackhub.broker.group.lag", () => LagOf(groups.Lags(topics)), "{record}", "Records of a topic behind a group's commits");
    }

    /// <summary>Series that are told of: the first by the letters of their tags, so that they stay the same, and the sum of the rest.</summary>
    internal static IEnumerable<Measurement<long>> Bounded(IEnumerable<(KeyValuePair<string, object?>[] Tags, long Value)> series)
    {
        var ordered = series.OrderBy(static one => string.Join('\0', one.Tags.Select(static tag => tag.Value)), StringComparer.Ordinal).ToList();
        foreach (var (tags, value) in ordered.Take(MaxSeries))
            yield return new Measurement<long>(value, tags);
        if (ordered.Count > MaxSeries)
        {
            var tags = ordered[0].Tags.Select(static tag => new KeyValuePair<string, object?>(tag.Key, Others));
            yield return new Measurement<long>(ordered.Skip(MaxSeries).Sum(static one => one.Value), tags);
        }
    }

    private IEnumerable<Measurement<long>> ByTopic(Func<PartitionLog, long> measure) => Bounded(_topics.Topics.Select(topic =>
        (new KeyValuePair<string, object?>[] { new(TopicTag, topic.Name) }, topic.Partitions.Sum(measure))));

    private static IEnumerable<Measurement<long>> LagOf(IEnumerable<PartitionLag> lags) => Bounded(lags
        .GroupBy(static lag => (lag.Group, lag.Topic))
        .Select(static group => (new KeyValuePair<string, object?>[] { new(GroupTag, group.Key.Group), new(TopicTag, group.Key.Topic) }, group.Sum(static lag => lag.Lag))));
}
