using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrackHub.LocalKafka.Registry.Avro;

/// <summary>
/// A schema in the one spelling by which equal schemas are recognised: attributes in a fixed order, no white space, a namespace only
/// where it changes. Documentation, defaults and attributes of no meaning to Avro stay, so schemas that differ in them are different.
/// </summary>
/// <remarks>
/// The order is the one in which Avro's own parser prints a schema, which Confluent's registry stores. It is not Avro's Parsing Canonical
/// Form, which drops what only readers need.
/// </remarks>
internal static class AvroText
{
    /// <summary>The text.</summary>
    public static string Of(AvroType schema)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(json, schema, space: "", new HashSet<string>(StringComparer.Ordinal));
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static void Write(Utf8JsonWriter json, AvroType type, string space, HashSet<string> written)
    {
        switch (type)
        {
            case AvroPrimitive { Extras.Count: 0 }:
                json.WriteStringValue(type.Kind);
                break;
            case AvroUnion union:
                json.WriteStartArray();
                foreach (var branch in union.Branches)
                    Write(json, branch, space, written);
                json.WriteEndArray();
                break;
            case AvroNamed named when !written.Add(named.Name.Full):
                json.WriteStringValue(named.Name.Space == space ? named.Name.Simple : named.Name.Full);
                break;
            default:
                json.WriteStartObject();
                json.WriteString("type", type.Kind);
                WriteParts(json, type, space, written);
                json.WriteEndObject();
                break;
        }
    }

    private static void WriteParts(Utf8JsonWriter json, AvroType type, string space, HashSet<string> written)
    {
        if (type is AvroNamed named)
            WriteName(json, named, space);
        switch (type)
        {
            case AvroCollection collection:
                json.WritePropertyName(AvroCollection.ItemMember(type.Kind));
                Write(json, collection.Item, space, written);
                break;
            case AvroRecord record:
                json.WriteStartArray("fields");
                foreach (var field in record.Fields)
                    WriteField(json, field, record.Name.Space, written);
                json.WriteEndArray();
                break;
            case AvroEnum symbols:
                json.WriteStartArray("symbols");
                foreach (var symbol in symbols.Symbols)
                    json.WriteStringValue(symbol);
                json.WriteEndArray();
                if (symbols.Default is not null)
                    json.WriteString("default", symbols.Default);
                break;
            case AvroFixed bytes:
                json.WriteNumber("size", bytes.Size);
                break;
        }

        WriteExtras(json, type.Extras);
        WriteAliases(json, (type as AvroNamed)?.Aliases ?? []);
    }

    private static void WriteName(Utf8JsonWriter json, AvroNamed named, string space)
    {
        json.WriteString("name", named.Name.Simple);
        if (named.Name.Space != space)
            json.WriteString("namespace", named.Name.Space);
        if (named.Doc is not null)
            json.WriteString("doc", named.Doc);
    }

    private static void WriteField(Utf8JsonWriter json, AvroField field, string space, HashSet<string> written)
    {
        json.WriteStartObject();
        json.WriteString("name", field.Name);
        json.WritePropertyName("type");
        Write(json, field.Type, space, written);
        if (field.Doc is not null)
            json.WriteString("doc", field.Doc);
        if (field.Default is { } value)
        {
            json.WritePropertyName("default");
            value.WriteTo(json);
        }

        if (field.Order is not null)
            json.WriteString("order", field.Order);
        WriteAliases(json, field.Aliases);
        WriteExtras(json, field.Extras);
        json.WriteEndObject();
    }

    private static void WriteAliases(Utf8JsonWriter json, IReadOnlyList<string> aliases)
    {
        if (aliases.Count == 0)
            return;

        json.WriteStartArray("aliases");
        foreach (var alias in aliases)
            json.WriteStringValue(alias);
        json.WriteEndArray();
    }

    private static void WriteExtras(Utf8JsonWriter json, IReadOnlyList<JsonProperty> extras)
    {
        foreach (var extra in extras)
            extra.WriteTo(json);
    }
}
