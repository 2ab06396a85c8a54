using System.Text.Json;

namespace TrackHub.LocalKafka.Registry.Avro;

/// <summary>Whether a field's default is a value of the field's type.</summary>
/// <remarks>Source: https://avro.apache.org/docs/1.11.1/specification/#schema-record, table of default values; a union's default is of its first branch.</remarks>
internal static class AvroDefaults
{
    /// <summary>True if <paramref name="value"/> is a default that <paramref name="type"/> can have.</summary>
    public static bool IsOf(JsonElement value, AvroType type) => (type, type.Kind) switch
    {
        (AvroPrimitive, "null") => value.ValueKind == JsonValueKind.Null,
        (AvroPrimitive, "boolean") => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        (AvroPrimitive, "int") => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
        (AvroPrimitive, "long") => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        (AvroPrimitive, "float" or "double") => value.ValueKind == JsonValueKind.Number,
        (AvroPrimitive, "string") => value.ValueKind == JsonValueKind.String,
        (AvroPrimitive, "bytes") => AreBytes(value),
        (AvroFixed fixedBytes, _) => AreBytes(value) && value.GetString()!.Length == fixedBytes.Size,
        (AvroEnum symbols, _) => value.ValueKind == JsonValueKind.String && symbols.Symbols.Contains(value.GetString(), StringComparer.Ordinal),
        (AvroCollection array, "array") => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => IsOf(item, array.Item)),
        (AvroCollection map, _) => value.ValueKind == JsonValueKind.Object && value.EnumerateObject().All(member => IsOf(member.Value, map.Item)),
        (AvroUnion union, _) => union.Branches.Count > 0 && IsOf(value, union.Branches[0]),
        (AvroRecord record, _) => value.ValueKind == JsonValueKind.Object && record.Fields.TrueForAll(field => HasField(value, field)),
        _ => false,
    };

    private static bool HasField(JsonElement record, AvroField field) =>
        record.TryGetProperty(field.Name, out var value) ? IsOf(value, field.Type) : field.Default is not null;

    /// <summary>Bytes are written as text whose characters are the bytes, 0 to 255.</summary>
    private static bool AreBytes(JsonElement value) => value.ValueKind == JsonValueKind.String && value.GetString()!.All(static c => c <= 255);
}
