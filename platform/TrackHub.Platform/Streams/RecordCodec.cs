using System.Diagnostics.CodeAnalysis;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>Why bytes are not a value. <see cref="Reason"/> is a dead letter's reason.</summary>
/// <param name="Reason">One word: null_value, not_wire_format, schema_unknown, schema_unresolvable or malformed.</param>
/// <param name="Detail">For people; holds no personal data.</param>
public readonly record struct DecodeFault(string Reason, string Detail);

/// <summary>Values to bytes and back, in the Confluent wire format. Singleton, thread-safe; schema ids are cached.</summary>
public sealed class RecordCodec(RecordSerde serde, SchemaIds ids)
{
    private const string Registry = "schema_registry";

    /// <summary>Decodes a value whose schema was prepared.</summary>
    /// <exception cref="FormatException">Not a value of that type.</exception>
    public T Decode<T>(byte[] value)
        where T : IAvroRecord<T> => TryDecode<T>(value, out var decoded, out var fault) ? decoded : throw new FormatException(fault.Detail);

    /// <summary>Decodes a value; false with a fault for anything that is not one. Schemas not seen before count as unknown: see <see cref="PrepareAsync"/>.</summary>
    public bool TryDecode<T>(ReadOnlyMemory<byte> value, [MaybeNullWhen(false)] out T decoded, out DecodeFault fault)
        where T : IAvroRecord<T>
    {
        var outcome = serde.TryDecode(value.Span, out decoded, out var detail);
        fault = outcome switch
        {
            DecodeOutcome.Decoded => default,
            DecodeOutcome.NotWireFormat => new("not_wire_format", detail),
            DecodeOutcome.SchemaNotLearnt or DecodeOutcome.SchemaUnknown => new("schema_unknown", detail),
            DecodeOutcome.Unresolvable => new("schema_unresolvable", detail),
            _ => new("malformed", detail),
        };
        return outcome is DecodeOutcome.Decoded;
    }

    /// <summary>Decodes a record's value; a null value is the fault <c>null_value</c>.</summary>
    public bool TryDecode<T>(StreamRecord record, [MaybeNullWhen(false)] out T decoded, out DecodeFault fault)
        where T : IAvroRecord<T>
    {
        if (record.Value is not null)
            return TryDecode(record.Value, out decoded, out fault);

        decoded = default;
        fault = new("null_value", $"{record.Coordinates} has no value, where a {T.SchemaFullName} is expected.");
        return false;
    }

    /// <summary>Fetches the schemas of these records that are not yet known, so that decoding needs no I/O.</summary>
    /// <exception cref="DependencyAwayException">The registry does not answer.</exception>
    public async ValueTask PrepareAsync(IReadOnlyList<StreamRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            if (WireFormat.TryReadHeader(record.Value, out var id) && !ids.IsLearnt(id))
                await ReachAsync(() => ids.LearnAsync(id, cancellationToken).AsTask(), cancellationToken);
        }
    }

    /// <summary>Encodes a value under the id its topic's subject gives the type's schema; registers it on first use.</summary>
    /// <exception cref="DependencyAwayException">The registry does not answer, and the id is not known yet.</exception>
    /// <exception cref="SchemaRegistryException">The registry refuses the schema.</exception>
    public ValueTask<byte[]> EncodeAsync<T>(TopicDefinition topic, T value, CancellationToken cancellationToken)
        where T : IAvroRecord<T> =>
        ids.TryIdOf(topic, out _) ? serde.EncodeAsync(topic, value, cancellationToken) : new(RegisterAndEncodeAsync(topic, value, cancellationToken));

    /// <summary>Encodes a value as <see cref="EncodeAsync"/> does, into rented memory; false if the id is not known yet, see <see cref="RegisterAsync"/>.</summary>
    internal bool TryEncode<T>(TopicDefinition topic, T value, out EncodedValue encoded)
        where T : IAvroRecord<T> => serde.TryEncode(topic, value, out encoded);

    /// <summary>Registers the schemas of these topics ahead, so that the first record of each needs no extra round trip.</summary>
    /// <exception cref="DependencyAwayException">The registry does not answer.</exception>
    /// <exception cref="SchemaRegistryException">The registry refuses a schema.</exception>
    public Task RegisterAsync(IEnumerable<TopicDefinition> topics, CancellationToken cancellationToken) =>
        ReachAsync(() => ids.RegisterAsync(topics, cancellationToken), cancellationToken);

    /// <summary>Makes a call of the registry.</summary>
    /// <exception cref="DependencyAwayException">The registry does not answer, or not now.</exception>
    internal static async Task ReachAsync(Func<Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await call();
        }
        catch (Exception failure) when (failure is HttpRequestException or SchemaRegistryException { IsTemporary: true }
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new DependencyAwayException(Registry, failure);
        }
    }

    private async Task<byte[]> RegisterAndEncodeAsync<T>(TopicDefinition topic, T value, CancellationToken cancellationToken)
        where T : IAvroRecord<T>
    {
        await RegisterAsync([topic], cancellationToken);
        return await serde.EncodeAsync(topic, value, cancellationToken);
    }
}
