using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Records;

namespace TrackHub.LocalKafka.Storage;

/// <summary>All topics and their partitions on disk: <c>topics/{name}~{id}/{partition}/{offset}.log</c>.</summary>
/// <remarks>Thread-safe. The id in the path keeps a topic apart from an earlier one of the same name.</remarks>
internal sealed partial class TopicStore : IDisposable
{
    private readonly string _directory;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly StorageSettings _settings;
    private readonly Lock _changing = new();
    private readonly ConcurrentDictionary<string, Topic> _topics = new();

    /// <summary>Opens what <paramref name="dataDirectory"/> holds and recovers every partition.</summary>
    public TopicStore(string dataDirectory, TimeProvider clock, ILogger logger, StorageSettings? settings = null)
    {
        _directory = Directory.CreateDirectory(Path.Combine(dataDirectory, "topics")).FullName;
        _clock = clock;
        _logger = logger;
        Codecs = new RecordCodecs(logger);
        _settings = settings ?? StorageSettings.Default;
        Catalog = new TopicCatalog(Path.Combine(dataDirectory, "catalog.journal"), logger, settings);
        DeleteLeftovers();
        foreach (var record in Catalog.Topics)
            _topics[record.Name] = Open(record, []);
    }

    public TopicCatalog Catalog { get; }

    /// <summary>What opens the batches of all topics.</summary>
    public RecordCodecs Codecs { get; }

    /// <summary>Topics in no order.</summary>
    public ICollection<Topic> Topics => _topics.Values;

    /// <summary>Whether Kafka allows the name: 1 to 249 of letters, digits, dot, underscore and hyphen, not "." or "..".</summary>
    public static bool IsLegalName(string name) =>
        name.Length is > 0 and <= 249
        && name is not ("." or "..")
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <summary>The topic of that name, or null.</summary>
    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    /// <summary>
    /// The name of a topic that differs from <paramref name="name"/> in dots and underscores alone, or null. Kafka keeps such names apart,
    /// for in its metrics both signs look the same.
    /// </summary>
    public string? FindLookalike(string name) => name.AsSpan().ContainsAny('.', '_')
        ? _topics.Keys.FirstOrDefault(other => other.Length == name.Length && other.Replace('.', '_') == name.Replace('.', '_'))
        : null;

    /// <summary>The topic of that id, or null.</summary>
    public Topic? Find(Guid id) => _topics.Values.FirstOrDefault(topic => topic.Id == id);

    /// <summary>The partition, or null if topic or number are unknown.</summary>
    public PartitionLog? FindPartition(string topic, int partition) => Find(topic)?.Partition(partition);

    /// <summary>Creates a topic, durable when this returns; null if the name is taken.</summary>
    public Topic? Create(string name, int partitions, Dictionary<string, string> config)
    {
        lock (_changing)
        {
            if (_topics.ContainsKey(name))
                return null;

            var record = new TopicRecord(name, Guid.NewGuid(), partitions, config);
            Catalog.Put(record);
            try
            {
                return _topics[name] = Open(record, []);
            }
            catch (IOException)
            {
                Catalog.Delete(record);
                throw;
            }
        }
    }

    /// <summary>Adds partitions up to <paramref name="partitions"/>, or changes settings; what is null stays.</summary>
    public Topic? Change(string name, int? partitions, Dictionary<string, string>? config)
    {
        lock (_changing)
        {
            if (Find(name) is not { } topic)
                return null;

            var record = topic.Record with { Partitions = partitions ?? topic.Record.Partitions, Config = config ?? topic.Record.Config };
            Catalog.Put(record);
            return _topics[name] = Open(record, topic.Partitions);
        }
    }

    /// <summary>Deletes a topic and its files; false if there is none.</summary>
    public bool Delete(string name)
    {
        lock (_changing)
        {
            if (Find(name) is not { } topic)
                return false;

            Catalog.Delete(topic.Record);
            _topics.TryRemove(name, out _);
            foreach (var partition in topic.Partitions)
                partition.Abandon();
            Directory.Delete(PathOf(topic.Record), recursive: true);
            return true;
        }
    }

    /// <summary>Deletes segments past their topic's retention at <paramref name="now"/>.</summary>
    public void ApplyRetention(DateTimeOffset now)
    {
        foreach (var topic in _topics.Values)
        {
            for (var i = 0; i < topic.Partitions.Count; i++)
            {
                if (topic.Partitions[i].ApplyRetention(now.ToUnixTimeMilliseconds()) is > 0 and var deleted)
                    Log.SegmentsDeleted(_logger, topic.Name, i, deleted, topic.Partitions[i].StartOffset);
            }
        }
    }

    public void Dispose()
    {
        foreach (var partition in _topics.Values.SelectMany(static topic => topic.Partitions))
            partition.Dispose();
        Catalog.Dispose();
    }

    private string PathOf(TopicRecord record) => Path.Combine(_directory, $"{record.Name}~{record.Id:N}");

    private Topic Open(TopicRecord record, IReadOnlyList<PartitionLog> opened)
    {
        var partitions = new PartitionLog[record.Partitions];
        for (var i = 0; i < partitions.Length; i++)
        {
            partitions[i] = i < opened.Count
                ? opened[i]
                : new PartitionLog(Path.Combine(PathOf(record), i.ToString()), ConfigOf(record), _clock, _logger, _settings);
        }

        return new Topic(record, new TopicConfig(record.Config), partitions);
    }

    /// <summary>A partition outlives changes of its topic's settings, so it asks for them.</summary>
    private Func<TopicConfig> ConfigOf(TopicRecord record)
    {
        var first = new TopicConfig(record.Config);
        return () => Find(record.Name)?.Config ?? first;
    }

    private void DeleteLeftovers()
    {
        var known = Catalog.Topics.Select(PathOf).ToHashSet();
        foreach (var path in Directory.EnumerateDirectories(_directory).Where(path => !known.Contains(path)))
        {
            // Only what the catalogue says was deleted may go: files it does not know could be data it lost.
            if (Guid.TryParse(path[(path.LastIndexOf('~') + 1)..], out var id) && Catalog.Deleted.Contains(id))
                Directory.Delete(path, recursive: true);
            else
                Log.UnknownDirectory(_logger, path);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(5, LogLevel.Warning, "{Path} belongs to no topic of the catalogue; it is left alone")]
        public static partial void UnknownDirectory(ILogger logger, string path);

        [LoggerMessage(6, LogLevel.Information,
            "Topic {Topic}, partition {Partition}: retention deleted {Segments} segments; the log starts at {Offset}")]
        public static partial void SegmentsDeleted(ILogger logger, string topic, int partition, int segments, long offset);
    }
}
