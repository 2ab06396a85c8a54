using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrackHub.Schemas.Generator;

/// <summary>
/// The schema as it is registered: one text that needs no other file. A type of another file is written in full where it is
/// first named, by full name afterwards; every definition states its namespace; all else stays as the file has it.
/// </summary>
internal static class SchemaText
{
    public static string Of(RecordType type, SchemaSet schemas)
    {
        using var bytes = new MemoryStream();
        // Relaxed: the text goes into JSON bodies and C# literals, which escape it again, never into HTML.
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            WriteDefinition(json, schemas[type.FullName], schemas, new HashSet<string>(StringComparer.Ordinal));
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void WriteType(Utf8JsonWriter json, JsonTree type, string enclosingNamespace, SchemaSet schemas, HashSet<string> written)
    {
        if (type.Kind == JsonTokenType.StartArray)
        {
            json.WriteStartArray();
            foreach (var branch in type.Items)
                WriteType(json, branch, enclosingNamespace, schemas, written);
            json.WriteEndArray();
            return;
        }

        if (Named(type, enclosingNamespace, schemas) is not { } named)
        {
            WriteMembers(json, type, enclosingNamespace, schemas, written);
            return;
        }

        if (written.Contains(named.FullName))
            json.WriteStringValue(named.FullName);
        else
            WriteDefinition(json, named, schemas, written);
    }

    /// <summary>The named type that is defined or referred to here, or null for a primitive or an array.</summary>
    private static Declaration? Named(JsonTree type, string enclosingNamespace, SchemaSet schemas) =>
        type.Kind == JsonTokenType.String
            ? PrimitiveType.Named(type.Text) is null ? schemas.Find(type.Text, enclosingNamespace) : null
            : type.TextOf("type") is "record" or "enum"
                ? schemas.Find(type.TextOf("name")!, type.TextOf("namespace") ?? enclosingNamespace)
                : null;

    private static void WriteDefinition(Utf8JsonWriter json, Declaration named, SchemaSet schemas, HashSet<string> written)
    {
        written.Add(named.FullName);
        json.WriteStartObject();
        json.WriteString("type", named.Node.TextOf("type"));
        json.WriteString("name", named.Name);
        if (named.Namespace.Length > 0)
            json.WriteString("namespace", named.Namespace);

        foreach (var member in named.Node.Members)
        {
            if (member.Key is "type" or "name" or "namespace")
                continue;

            json.WritePropertyName(member.Key);
            if (member.Key != "fields")
            {
                WriteAsIs(json, member.Value);
                continue;
            }

            json.WriteStartArray();
            foreach (var field in member.Value.Items)
                WriteMembers(json, field, named.Namespace, schemas, written);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>A field, an array or an annotated primitive: its type or items resolved, the rest as it is.</summary>
    private static void WriteMembers(Utf8JsonWriter json, JsonTree node, string enclosingNamespace, SchemaSet schemas, HashSet<string> written)
    {
        if (node.Kind != JsonTokenType.StartObject)
        {
            WriteAsIs(json, node);
            return;
        }

        json.WriteStartObject();
        foreach (var member in node.Members)
        {
            json.WritePropertyName(member.Key);
            if (member.Key is "type" or "items")
                WriteType(json, member.Value, enclosingNamespace, schemas, written);
            else
                WriteAsIs(json, member.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteAsIs(Utf8JsonWriter json, JsonTree node)
    {
        switch (node.Kind)
        {
            case JsonTokenType.StartObject:
                json.WriteStartObject();
                foreach (var member in node.Members)
                {
                    json.WritePropertyName(member.Key);
                    WriteAsIs(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                json.WriteStartArray();
                foreach (var item in node.Items)
                    WriteAsIs(json, item);
                json.WriteEndArray();
                break;
            case JsonTokenType.String:
                json.WriteStringValue(node.Text);
                break;
            case JsonTokenType.Number:
                json.WriteRawValue(node.Text);
                break;
            case JsonTokenType.Null:
                json.WriteNullValue();
                break;
            default:
                json.WriteBooleanValue(node.Kind == JsonTokenType.True);
                break;
        }
    }
}
