using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace TrackHub.Schemas;

/// <summary>
/// The part of a schema that decides how bytes are read: two schemas of one canonical form read the same bytes the same way,
/// whatever their documentation, defaults, spelling of names or order of attributes, which a registry may change.
/// Source: Avro 1.11 specification, "Transforming into Parsing Canonical Form".
/// </summary>
internal static class ParsingCanonicalForm
{
    /// <summary>The canonical form; false if the text is no Avro schema.</summary>
    public static bool TryOf(string schemaJson, [NotNullWhen(true)] out string? canonical)
    {
        canonical = null;
        try
        {
            using var schema = JsonDocument.Parse(schemaJson);
            using var bytes = new MemoryStream();
            using (var json = new Utf8JsonWriter(bytes))
                WriteType(json, schema.RootElement, enclosingNamespace: "");
            canonical = Encoding.UTF8.GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            return true;
        }
        catch (Exception notAvro) when (notAvro is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;   // a member is missing or of another kind than Avro's
        }
    }

    private static void WriteType(Utf8JsonWriter json, JsonElement type, string enclosingNamespace)
    {
        switch (type.ValueKind)
        {
            case JsonValueKind.String:
                json.WriteStringValue(FullName(type.GetString()!, enclosingNamespace));
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var branch in type.EnumerateArray())
                    WriteType(json, branch, enclosingNamespace);
                json.WriteEndArray();
                break;
            default:
                WriteObject(json, type, enclosingNamespace);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter json, JsonElement type, string enclosingNamespace)
    {
        var kind = type.GetProperty("type");
        if (kind.ValueKind != JsonValueKind.String)
        {
            WriteType(json, kind, enclosingNamespace);   // {"type": {…}} says no more than {…}
            return;
        }

        switch (kind.GetString())
        {
            case "record" or "error" or "enum" or "fixed":
                WriteNamed(json, type, enclosingNamespace);
                break;
            case "array" or "map":
                var member = kind.GetString() == "array" ? "items" : "values";
                json.WriteStartObject();
                json.WriteString("type", kind.GetString());
                json.WritePropertyName(member);
                WriteType(json, type.GetProperty(member), enclosingNamespace);
                json.WriteEndObject();
                break;
            default:
                WriteType(json, kind, enclosingNamespace);
                break;
        }
    }

    private static void WriteNamed(Utf8JsonWriter json, JsonElement type, string enclosingNamespace)
    {
        var space = type.TryGetProperty("namespace", out var own) ? own.GetString()! : enclosingNamespace;
        var fullName = FullName(type.GetProperty("name").GetString()!, space);
        var dot = fullName.LastIndexOf('.');

        json.WriteStartObject();
        json.WriteString("name", fullName);
        json.WriteString("type", type.GetProperty("type").GetString());
        if (type.TryGetProperty("fields", out var fields))
        {
            json.WriteStartArray("fields");
            foreach (var field in fields.EnumerateArray())
            {
                json.WriteStartObject();
                json.WriteString("name", field.GetProperty("name").GetString());
                json.WritePropertyName("type");
                WriteType(json, field.GetProperty("type"), dot < 0 ? "" : fullName[..dot]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (type.TryGetProperty("symbols", out var symbols))
        {
            json.WritePropertyName("symbols");
            symbols.WriteTo(json);
        }

        if (type.TryGetProperty("size", out var size))
            json.WriteNumber("size", size.GetInt32());
        json.WriteEndObject();
    }

    private static string FullName(string name, string enclosingNamespace) =>
        enclosingNamespace.Length == 0 || name.Contains('.') || IsPrimitive(name) ? name : $"{enclosingNamespace}.{name}";

    private static bool IsPrimitive(string name) =>
        name is "null" or "boolean" or "int" or "long" or "float" or "double" or "bytes" or "string";
}
