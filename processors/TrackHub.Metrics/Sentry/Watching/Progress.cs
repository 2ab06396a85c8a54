using Npgsql;
using TrackHub.Platform.Streams;

namespace TrackHub.Metrics.Sentry.Watching;

/// <summary>Up to when the figures hold what the log holds: an hour that was not read yet is not an hour without sales. Not thread-safe.</summary>
internal sealed class Progress(NpgsqlDataSource database, TopicAdmin topics)
{
    private DateTimeOffset _read = DateTimeOffset.MinValue;
    private DateTimeOffset _markedAt;
    private Dictionary<(string Topic, int Partition), long>? _mark;

    /// <summary>The newest moment up to which everything was read that lay in the log then; the first moment of all while that is not known.</summary>
    /// <exception cref="DependencyAwayException">The broker does not answer.</exception>
    public async Task<DateTimeOffset> ReadUpToAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_mark is null)
        {
            var names = MetricsRole.Reads.Select(static topic => topic.Name).ToHashSet(StringComparer.Ordinal);
            _mark = (await topics.ListAsync(cancellationToken)).Where(topic => names.Contains(topic.Name))
                .SelectMany(static topic => topic.Partitions.Where(static p => p.HighOffset > p.LowOffset).Select(p => (Place: (topic.Name, p.Partition), p.HighOffset)))
                .ToDictionary(static end => end.Place, static end => end.HighOffset);
            _markedAt = now;
        }

        var next = await new StoredOffsets(database, MetricsRole.Offsets).NextAsync(cancellationToken);
        if (_mark.All(end => next.GetValueOrDefault(end.Key) >= end.Value))
            (_read, _mark) = (_markedAt, null);
        return _read;
    }
}
