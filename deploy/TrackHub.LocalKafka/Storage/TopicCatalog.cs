using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace TrackHub.LocalKafka.Storage;

/// <summary>What the broker knows of a topic, as stored.</summary>
internal sealed record TopicRecord(string Name, Guid Id, int Partitions, Dictionary<string, string> Config);

/// <summary>One entry of the catalogue's journal; exactly one member is set.</summary>
internal sealed record CatalogEntry
{
    public string? ClusterId { get; init; }

    public TopicRecord? Topic { get; init; }

    public Guid? Deleted { get; init; }

    public long? ProducerIdCeiling { get; init; }
}

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CatalogEntry))]
internal sealed partial class CatalogJson : JsonSerializerContext;

/// <summary>The durable list of topics, the cluster's id and the producer ids given out. Every change is written before it returns.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TopicCatalog : IDisposable
{
    /// <summary>Producer ids are reserved in blocks, so that most requests write nothing; a restart skips the rest of its block.</summary>
    private const int ProducerIdBlock = 1000;

    private readonly Lock _changing = new();
    private readonly Dictionary<string, TopicRecord> _topics = [];
    private readonly HashSet<Guid> _deleted = [];
    private readonly Journal _journal;
    private long _producerIdCeiling;
    private long _nextProducerId;

    public TopicCatalog(string path, ILogger logger, StorageSettings? settings = null)
    {
        _journal = Journal.Open(path, Replay, logger, settings);
        _nextProducerId = _producerIdCeiling;
        if (ClusterId.Length == 0)
        {
            ClusterId = Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            Write(new CatalogEntry { ClusterId = ClusterId });
        }
    }

    /// <summary>Id of this one-node cluster, made once.</summary>
    public string ClusterId { get; private set; } = "";

    /// <summary>Topics as they were when this was called.</summary>
    public IReadOnlyList<TopicRecord> Topics
    {
        get
        {
            lock (_changing)
                return [.. _topics.Values];
        }
    }

    /// <summary>Ids of topics that were deleted; their files may still have to go.</summary>
    public IReadOnlySet<Guid> Deleted => _deleted;

    /// <summary>Stores a new or changed topic.</summary>
    public void Put(TopicRecord topic)
    {
        lock (_changing)
        {
            Write(new CatalogEntry { Topic = topic });
            _topics[topic.Name] = topic;
        }
    }

    /// <summary>Removes a topic.</summary>
    public void Delete(TopicRecord topic)
    {
        lock (_changing)
        {
            Write(new CatalogEntry { Deleted = topic.Id });
            _topics.Remove(topic.Name);
        }
    }

    /// <summary>A producer id never given out before.</summary>
    public long NextProducerId()
    {
        lock (_changing)
        {
            if (_nextProducerId == _producerIdCeiling)
            {
                Write(new CatalogEntry { ProducerIdCeiling = _producerIdCeiling + ProducerIdBlock });
                _producerIdCeiling += ProducerIdBlock;
            }

            return _nextProducerId++;
        }
    }

    /// <inheritdoc cref="Journal.DurableAsync"/>
    public ValueTask<bool> DurableAsync() => _journal.DurableAsync();

    public void Dispose() => _journal.Dispose();

    private static byte[] Encode(CatalogEntry entry) => JsonSerializer.SerializeToUtf8Bytes(entry, CatalogJson.Default.CatalogEntry);

    private void Write(CatalogEntry entry)
    {
        if (_journal.IsDueForRewrite)
        {
            _journal.Rewrite(
            [
                Encode(new CatalogEntry { ClusterId = ClusterId }),
                Encode(new CatalogEntry { ProducerIdCeiling = _producerIdCeiling }),
                .. _topics.Values.Select(static topic => Encode(new CatalogEntry { Topic = topic })),
            ]);
        }

        _journal.Append(Encode(entry));
    }

    private void Replay(ReadOnlyMemory<byte> payload)
    {
        var entry = JsonSerializer.Deserialize(payload.Span, CatalogJson.Default.CatalogEntry);
        if (entry?.ClusterId is { } clusterId)
            ClusterId = clusterId;
        if (entry?.ProducerIdCeiling is { } ceiling)
            _producerIdCeiling = ceiling;
        if (entry?.Topic is { } topic)
            _topics[topic.Name] = topic;
        if (entry?.Deleted is { } deleted)
        {
            _deleted.Add(deleted);
            if (_topics.Values.FirstOrDefault(candidate => candidate.Id == deleted) is { } gone)
                _topics.Remove(gone.Name);
        }
    }
}
