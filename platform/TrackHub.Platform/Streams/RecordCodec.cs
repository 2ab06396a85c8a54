using System.Diagnostics.CodeAnalysis;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>Why bytes are not a value. <see cref="Reason"/> is a dead letter's reason.</summary>
/// <param name="Reason">One word: null_value, not_wire_format, schema_unknown or malformed.</param>
/// <param name="Detail">For people; holds no personal data.</param>
public readonly record struct DecodeFault(string Reason, string Detail);

/// <summary>Values to bytes and back, in the Confluent wire format. Singleton, thread-safe; schema ids are cached.</summary>
public sealed class RecordCodec
{
    /// <summary>Decodes a value whose schema is known to the registry.</summary>
    /// <exception cref="FormatException">Not a value of that type.</exception>
    public T Decode<T>(byte[] value)
        where T : IAvroRecord<T> => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Decodes a value; false with a fault for anything that is not one. Schemas not seen before count as unknown: see <see cref="PrepareAsync"/>.</summary>
    public bool TryDecode<T>(ReadOnlyMemory<byte> value, [MaybeNullWhen(false)] out T decoded, out DecodeFault fault)
        where T : IAvroRecord<T> => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Decodes a record's value; a null value is the fault <c>null_value</c>.</summary>
    public bool TryDecode<T>(StreamRecord record, [MaybeNullWhen(false)] out T decoded, out DecodeFault fault)
        where T : IAvroRecord<T> => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Fetches the schemas of these records that are not yet known, so that decoding needs no I/O.</summary>
    /// <exception cref="DependencyAwayException">The registry does not answer.</exception>
    public ValueTask PrepareAsync(IReadOnlyList<StreamRecord> records, CancellationToken cancellationToken) => throw new NotSupportedException("Comes with the next commit.");

    /// <summary>Encodes a value under the id its topic's subject gives the type's schema; registers it on first use.</summary>
    /// <exception cref="DependencyAwayException">The registry does not answer, and the id is not known yet.</exception>
    public ValueTask<byte[]> EncodeAsync<T>(TopicDefinition topic, T value, CancellationToken cancellationToken)
        where T : IAvroRecord<T> => throw new NotSupportedException("Comes with the next commit.");
}
