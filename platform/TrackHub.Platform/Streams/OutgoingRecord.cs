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

    /// <summary>A record whose value is in Avro binary already.</summary>
    /// <param name="topic">Topic it goes to.</param>
    /// <param name="key">Its key.</param>
    /// <param name="schemaId">Id of the schema the value was written in.</param>
    /// <param name="avro">The value, without the wire format's prefix.</param>
    /// <param name="headers">Its headers.</param>
    public static OutgoingRecord Encoded(TopicDefinition topic, string key, int schemaId, ReadOnlySpan<byte> avro, RecordHeaders headers)
    {
        var value = new byte[WireFormat.HeaderBytes + avro.Length];
        WireFormat.WriteHeader(value, schemaId);
        avro.CopyTo(value.AsSpan(WireFormat.HeaderBytes));
        return new Raw(topic, Encoding.UTF8.GetBytes(key), value, headers);
    }

    /// <summary>The value; false if the id of its schema is not known yet, see <see cref="RecordCodec.RegisterAsync"/>.</summary>
    internal abstract bool TryEncode(RecordCodec codec, out EncodedValue encoded);

    private sealed class Typed<T>(TopicDefinition topic, byte[] key, T value, RecordHeaders headers) : OutgoingRecord(topic, key, headers)
        where T : IAvroRecord<T>
    {
        internal override bool TryEncode(RecordCodec codec, out EncodedValue encoded) => codec.TryEncode(Topic, value, out encoded);
    }

    private sealed class Raw(TopicDefinition topic, byte[]? key, byte[]? value, RecordHeaders headers) : OutgoingRecord(topic, key, headers)
    {
        internal override bool TryEncode(RecordCodec codec, out EncodedValue encoded)
        {
            encoded = EncodedValue.Of(value);
            return true;
        }
    }
}
