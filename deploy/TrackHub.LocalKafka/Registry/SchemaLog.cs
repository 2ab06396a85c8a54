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
        var batch = SingleRecord.Encode(key, value, _clock.GetUtcNow().ToUnixTimeMilliseconds());
        BatchHeader.TryRead(batch, out var header);
        var result = log.Append(batch, header);
        if (result.Error != ErrorCode.None)
            throw new IOException($"The log did not take a change of the registry: {result.Error}.");
    }

    /// <summary>All changes in order; the key or the value may be null.</summary>
    public IEnumerable<(byte[]? Key, byte[]? Value)> ReadAll()
    {
        if (_topics.FindPartition(TopicName, 0) is not { } log)
            yield break;

        for (var offset = log.StartOffset; offset < log.EndOffset;)
        {
            if (log.Find(offset, maxBytes: 0, atLeastOne: true) is not { Segment: not null } slice)
                yield break;

            var batch = new byte[slice.Length];
            slice.ReadWholeBatches(batch);
            if (!BatchHeader.TryRead(batch, out var header))
                yield break;
            if (SingleRecord.TryDecode(batch, out var key, out var value))
                yield return (key, value);
            offset = header.LastOffset + 1;
        }
    }
}
