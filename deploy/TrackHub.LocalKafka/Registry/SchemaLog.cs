using TrackHub.LocalKafka.Records;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Registry;

/// <summary>
/// The topic <c>_schemas</c>, in which the registry keeps everything, as Confluent's does: JSON keys and values, one record per change.
/// </summary>
internal sealed class SchemaLog
{
    private const string TopicName = "_schemas";

    private static readonly Dictionary<string, string> Config = new() { ["cleanup.policy"] = "compact" };

    private readonly TopicStore _topics;
    private readonly TimeProvider _clock;

    public SchemaLog(TopicStore topics, TimeProvider clock)
    {
        _topics = topics;
        _clock = clock;
        _topics.Create(TopicName, partitions: 1, Config);
    }

    /// <summary>Appends a change; it is in the log when this returns.</summary>
    /// <param name="key">What changes.</param>
    /// <param name="value">What it is from now on; null forgets it, as compaction does with a tombstone.</param>
    /// <exception cref="IOException">The log did not take it.</exception>
    public void Append(byte[] key, byte[]? value)
    {
        var log = _topics.FindPartition(TopicName, 0) ?? throw new IOException($"Topic {TopicName} was deleted; restart the broker to create it.");
        using var writer = new BatchWriter(_topics.Codecs);
        writer.Add(offsetDelta: 0, timestampDelta: 0, key, value);
        var batch = writer.Build(BatchWriter.Head(_clock.GetUtcNow().ToUnixTimeMilliseconds())).Span;
        BatchHeader.TryRead(batch, out var header);
        var result = log.Append(batch, header);
        if (result.Error != ErrorCode.None)
            throw new IOException($"The log did not take a change of the registry: {result.Error}.");
        if (!log.TryForce())
            throw new IOException("A change of the registry may not be on the disk.");
    }

    /// <summary>All changes in order; the key or the value may be null. Compaction leaves gaps, and others' batches of any codec.</summary>
    public List<(byte[]? Key, byte[]? Value)> ReadAll()
    {
        var changes = new List<(byte[]? Key, byte[]? Value)>();
        if (_topics.FindPartition(TopicName, 0) is not { } log)
            return changes;

        using var reader = new BatchReader(_topics.Codecs);
        for (var offset = log.StartOffset; log.Find(offset, maxBytes: 0, atLeastOne: true) is { Segment: not null } slice;)
        {
            var batch = new byte[slice.Length];
            slice.ReadWholeBatches(batch);
            if (!BatchHeader.TryRead(batch, out var header))
                break;

            offset = header.LastOffset + 1;
            if (reader.Read(batch, header, out var records) != BatchFault.None)
                continue;

            foreach (var record in records)
                changes.Add((record.HasKey ? record.Key.ToArray() : null, record.HasValue ? record.Value.ToArray() : null));
        }

        return changes;
    }
}
