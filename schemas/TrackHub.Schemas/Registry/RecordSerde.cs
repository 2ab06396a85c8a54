using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace TrackHub.Schemas;

/// <summary>Records to values of a topic and back: the Confluent wire format around Avro binary. Thread-safe.</summary>
public sealed class RecordSerde(SchemaIds ids)
{
    private const int UsualBytes = 4096;

    // How each type reads what each id's writer wrote: a ReadPlan of the type, or the text why it cannot.
    private readonly ConcurrentDictionary<(int Id, Type Reader), object> _plans = new();

    private delegate T ReadPlan<T>(ref AvroReader reader);

    /// <summary>The value for a record of that topic; registers the topic's schema on first use.</summary>
    /// <exception cref="ArgumentException">The topic holds records of another type.</exception>
    /// <exception cref="SchemaRegistryException">The registry refuses the schema.</exception>
    /// <exception cref="HttpRequestException">The id is not known yet and the registry cannot be reached.</exception>
    public ValueTask<byte[]> EncodeAsync<T>(TopicDefinition topic, T record, CancellationToken cancellationToken)
        where T : IAvroRecord<T>
    {
        CheckType<T>(topic);
        return ids.TryIdOf(topic, out var id) ? new(Encode(id, record)) : new(EncodeOnceKnownAsync(topic, record, cancellationToken));
    }

    /// <summary>The value for a record of that topic, in rented memory; false if the topic's schema is not registered yet.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="record">The record.</param>
    /// <param name="value">The value, to be disposed of.</param>
    /// <exception cref="ArgumentException">The topic holds records of another type.</exception>
    public bool TryEncode<T>(TopicDefinition topic, T record, out EncodedValue value)
        where T : IAvroRecord<T>
    {
        CheckType<T>(topic);
        var isKnown = ids.TryIdOf(topic, out var id);
        value = isKnown ? Rent(id, record) : default;
        return isKnown;
    }

    /// <summary>The value in an array of its own.</summary>
    /// <param name="schemaId">Id of T's schema.</param>
    /// <param name="record">The record.</param>
    public static byte[] Encode<T>(int schemaId, T record)
        where T : IAvroRecord<T>
    {
        using var value = Rent(schemaId, record);
        return value.Bytes.ToArray();
    }

    /// <summary>Appends the value to <paramref name="sink"/>, without allocating.</summary>
    /// <param name="schemaId">Id of T's schema.</param>
    /// <param name="record">The record.</param>
    /// <param name="sink">Where to.</param>
    public static void Encode<T>(int schemaId, T record, IBufferWriter<byte> sink)
        where T : IAvroRecord<T>
    {
        WireFormat.WriteHeader(sink.GetSpan(WireFormat.HeaderBytes), schemaId);
        sink.Advance(WireFormat.HeaderBytes);
        record.Encode(sink);
    }

    /// <summary>Decodes a value whose schema was learnt, without I/O.</summary>
    /// <param name="value">All bytes of the value.</param>
    /// <param name="record">The record; default unless decoded.</param>
    public DecodeOutcome TryDecode<T>(ReadOnlySpan<byte> value, [MaybeNull] out T record)
        where T : IAvroRecord<T> => TryDecode(value, out record, out _);

    /// <inheritdoc cref="TryDecode{T}(ReadOnlySpan{byte}, out T)"/>
    /// <param name="value">All bytes of the value.</param>
    /// <param name="record">The record; default unless decoded.</param>
    /// <param name="detail">For people: what is wrong and the remedy, without content; empty when decoded.</param>
    public DecodeOutcome TryDecode<T>(ReadOnlySpan<byte> value, [MaybeNull] out T record, out string detail)
        where T : IAvroRecord<T>
    {
        record = default;
        if (!WireFormat.TryReadHeader(value, out var id))
        {
            detail = $"{value.Length} bytes that do not start as the Confluent wire format does. "
                + "Remedy: produce with an Avro serializer that uses the registry.";
            return DecodeOutcome.NotWireFormat;
        }

        if (!TryPlan<T>(id, out var plan))
        {
            var isAbsent = ids.IsLearnt(id) && !ids.TryGetSchema(id, out _);
            detail = isAbsent
                ? $"The registry has no Avro schema of id {id}. Remedy: check that producer and reader use one registry."
                : $"The schema of id {id} has not been fetched yet.";
            return isAbsent ? DecodeOutcome.SchemaUnknown : DecodeOutcome.SchemaNotLearnt;
        }

        if (plan is not ReadPlan<T> read)
        {
            detail = CannotRead<T>(id, (string)plan);
            return DecodeOutcome.Unresolvable;
        }

        try
        {
            var reader = new AvroReader(value[WireFormat.HeaderBytes..]);
            record = read(ref reader);
            reader.End();
            detail = "";
            return DecodeOutcome.Decoded;
        }
        catch (AvroFormatException malformed)
        {
            record = default;
            detail = malformed.Message;
            return DecodeOutcome.Malformed;
        }
        catch (UnreadableValueException unreadable)
        {
            record = default;
            detail = CannotRead<T>(id, unreadable.Message);
            return DecodeOutcome.Unresolvable;
        }
    }

    private static EncodedValue Rent<T>(int schemaId, T record)
        where T : IAvroRecord<T>
    {
        for (var size = UsualBytes; ; size *= 2)
        {
            var rented = ArrayPool<byte>.Shared.Rent(size);
            var isWritten = false;
            try
            {
                isWritten = record.TryEncode(rented.AsSpan(WireFormat.HeaderBytes), out var written);
                if (!isWritten)
                    continue;

                WireFormat.WriteHeader(rented, schemaId);
                return EncodedValue.Rented(rented, WireFormat.HeaderBytes + written);
            }
            finally
            {
                if (!isWritten)
                    ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static void CheckType<T>(TopicDefinition topic)
    {
        if (topic.ValueType != typeof(T))
            throw new ArgumentException($"{topic.Name} holds {topic.ValueType.Name}, not {typeof(T).Name}.", nameof(topic));
    }

    private async Task<byte[]> EncodeOnceKnownAsync<T>(TopicDefinition topic, T record, CancellationToken cancellationToken)
        where T : IAvroRecord<T> => Encode(await ids.IdOfAsync(topic, cancellationToken), record);

    private bool TryPlan<T>(int id, [NotNullWhen(true)] out object? plan)
        where T : IAvroRecord<T>
    {
        if (_plans.TryGetValue((id, typeof(T)), out plan))
            return true;
        if (!ids.TryGetSchema(id, out var writerSchema))
            return false;

        plan = _plans[(id, typeof(T))] = PlanFor<T>(writerSchema);
        return true;
    }

    private static object PlanFor<T>(string writerSchema)
        where T : IAvroRecord<T>
    {
        if (writerSchema == T.SchemaJson)
            return (ReadPlan<T>)T.Decode;

        var resolution = SchemaResolution.Of(writerSchema, T.SchemaJson);
        if (resolution.Fault is { } fault)
            return fault;

        return resolution.IsCopy ? (ReadPlan<T>)T.Decode : Resolved;

        T Resolved(ref AvroReader reader)
        {
            var sink = new ArrayBufferWriter<byte>(reader.Remaining + UsualBytes);
            var writer = new AvroWriter(sink);
            resolution.Turn(ref reader, ref writer);
            writer.Flush();
            return AvroCodec.Decode<T>(sink.WrittenSpan);
        }
    }

    private static string CannotRead<T>(int id, string why)
        where T : IAvroRecord<T> =>
        $"What schema id {id} wrote cannot be read as {T.SchemaFullName}: {why}. Remedy: update the reader, or correct the producer's schema.";
}
