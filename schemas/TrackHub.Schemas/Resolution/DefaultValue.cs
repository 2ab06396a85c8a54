using System.Buffers;
using System.Text.Json;

namespace TrackHub.Schemas;

/// <summary>A field's default as the bytes of its type. Source: Avro 1.12 specification, table "field default values".</summary>
internal static class DefaultValue
{
    /// <summary>The bytes; null if the default does not fit the type.</summary>
    public static byte[]? Encode(AvroSchema type, JsonElement value)
    {
        var sink = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(sink);
        if (!TryWrite(ref writer, type, value, depth: 0))
            return null;

        writer.Flush();
        return sink.WrittenSpan.ToArray();
    }

    private static bool TryWrite(ref AvroWriter writer, AvroSchema type, JsonElement value, int depth)
    {
        if (depth > AvroSchema.MaxDepth)
            return false;

        return type switch
        {
            PrimitiveSchema primitive => TryWritePrimitive(ref writer, primitive.Kind, value),
            EnumSchema symbols => value.ValueKind == JsonValueKind.String && TryWriteSymbol(ref writer, symbols, value.GetString()!),
            FixedSchema sized => Latin1Of(value) is { } bytes && bytes.Length == sized.Size && Written(ref writer, bytes),
            ArraySchema array => value.ValueKind == JsonValueKind.Array && TryWriteItems(ref writer, array.Items, value, depth),
            MapSchema map => value.ValueKind == JsonValueKind.Object && TryWriteEntries(ref writer, map.Values, value, depth),
            RecordSchema record => value.ValueKind == JsonValueKind.Object && TryWriteFields(ref writer, record, value, depth),
            UnionSchema union => TryWriteBranch(ref writer, union, value, depth),
            _ => false,
        };
    }

    private static bool TryWritePrimitive(ref AvroWriter writer, PrimitiveKind kind, JsonElement value)
    {
        var isNumber = value.ValueKind == JsonValueKind.Number;
        switch (kind)
        {
            case PrimitiveKind.Null:
                return value.ValueKind == JsonValueKind.Null;
            case PrimitiveKind.Boolean when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                writer.WriteBoolean(value.GetBoolean());
                return true;
            case PrimitiveKind.Int when isNumber && value.TryGetInt32(out var number):
                writer.WriteInt(number);
                return true;
            case PrimitiveKind.Long when isNumber && value.TryGetInt64(out var number):
                writer.WriteLong(number);
                return true;
            case PrimitiveKind.Float when isNumber:
                writer.WriteFloat(value.GetSingle());
                return true;
            case PrimitiveKind.Double when isNumber:
                writer.WriteDouble(value.GetDouble());
                return true;
            case PrimitiveKind.String when value.ValueKind == JsonValueKind.String:
                writer.WriteString(value.GetString()!);
                return true;
            case PrimitiveKind.Bytes when Latin1Of(value) is { } bytes:
                writer.WriteBytes(bytes);
                return true;
            default:
                return false;
        }
    }

    private static bool TryWriteSymbol(ref AvroWriter writer, EnumSchema type, string symbol)
    {
        for (var i = 0; i < type.Symbols.Count; i++)
        {
            if (type.Symbols[i] != symbol)
                continue;

            writer.WriteLong(i);
            return true;
        }

        return false;
    }

    private static bool TryWriteItems(ref AvroWriter writer, AvroSchema items, JsonElement value, int depth)
    {
        if (value.GetArrayLength() > 0)
            writer.WriteBlockCount(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (!TryWrite(ref writer, items, item, depth + 1))
                return false;
        }

        writer.WriteBlockCount(0);
        return true;
    }

    private static bool TryWriteEntries(ref AvroWriter writer, AvroSchema values, JsonElement value, int depth)
    {
        var count = value.EnumerateObject().Count();
        if (count > 0)
            writer.WriteBlockCount(count);
        foreach (var entry in value.EnumerateObject())
        {
            writer.WriteString(entry.Name);
            if (!TryWrite(ref writer, values, entry.Value, depth + 1))
                return false;
        }

        writer.WriteBlockCount(0);
        return true;
    }

    private static bool TryWriteFields(ref AvroWriter writer, RecordSchema record, JsonElement value, int depth)
    {
        foreach (var field in record.Fields)
        {
            var given = value.TryGetProperty(field.Name, out var own) ? own : field.Default;
            if (given is not { } content || !TryWrite(ref writer, field.Type, content, depth + 1))
                return false;
        }

        return true;
    }

    // Up to 1.11 a default is one of the first branch; since 1.12 of the first that it fits, which is the same wherever the former holds.
    private static bool TryWriteBranch(ref AvroWriter writer, UnionSchema union, JsonElement value, int depth)
    {
        for (var i = 0; i < union.Branches.Count; i++)
        {
            // Into a sink of its own: what a branch wrote before it did not fit must not stay.
            var sink = new ArrayBufferWriter<byte>();
            var branch = new AvroWriter(sink);
            if (!TryWrite(ref branch, union.Branches[i], value, depth + 1))
                continue;

            branch.Flush();
            writer.WriteBranch(i);
            writer.WriteRaw(sink.WrittenSpan);
            return true;
        }

        return false;
    }

    private static bool Written(ref AvroWriter writer, byte[] bytes)
    {
        writer.WriteRaw(bytes);
        return true;
    }

    /// <summary>Bytes as the text of code points 0 to 255 that a default spells them with; null if it is none.</summary>
    private static byte[]? Latin1Of(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString()!.All(static c => c <= 0xFF) ? [.. value.GetString()!.Select(static c => (byte)c)] : null;
}
