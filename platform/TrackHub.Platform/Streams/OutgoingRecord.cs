using System.Text;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>A record to be produced.</summary>
public abstract class OutgoingRecord
{
    private OutgoingRecord(TopicDefinition topic, byte[]? key, RecordHeaders headers) => (Topic, Key, Headers) = (topic, key, headers);

    /// <summary>Topic it goes to.</summary>
    public TopicDefinition Topic { get; }

    /// <summary>Key bytes; equal keys go to one partition, in order.</summary>
    public byte[]? Key { get; }

    /// <summary>Its headers.</summary>
    public RecordHeaders Headers { get; }

    /// <summary>A record of a typed value, encoded when it is produced.</summary>
    public static OutgoingRecord Create<T>(TopicDefinition topic, string key, T value, RecordHeaders headers)
        where T : IAvroRecord<T> => new Typed<T>(topic, Encoding.UTF8.GetBytes(key), value, headers);

    /// <summary>The same key and value bytes under another topic: what delay, hold and retry topics are fed with.</summary>
    public static OutgoingRecord Copy(TopicDefinition topic, StreamRecord record, RecordHeaders headers) =>
        new Raw(topic, record.Key, record.Value, headers);

    internal abstract ValueTask<byte[]?> EncodeAsync(RecordCodec codec, CancellationToken cancellationToken);

    private sealed class Typed<T>(TopicDefinition topic, byte[] key, T value, RecordHeaders headers) : OutgoingRecord(topic, key, headers)
        where T : IAvroRecord<T>
    {
        internal override async ValueTask<byte[]?> EncodeAsync(RecordCodec codec, CancellationToken cancellationToken) =>
            await codec.EncodeAsync(Topic, value, cancellationToken);
    }

    private sealed class Raw(TopicDefinition topic, byte[]? key, byte[]? value, RecordHeaders headers) : OutgoingRecord(topic, key, headers)
    {
        internal override ValueTask<byte[]?> EncodeAsync(RecordCodec codec, CancellationToken cancellationToken) => new(value);
    }
}
