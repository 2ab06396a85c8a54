using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrackHub.LocalKafka.Registry;

/// <summary>An Avro schema text: checked, and brought to the one form (no white space) by which equal schemas are recognised.</summary>
/// <remarks>Rules: https://avro.apache.org/docs/1.11.1/specification/#schema-declaration. Defaults are not checked against their types.</remarks>
internal static class AvroSchema
{
    private const int MaxDepth = 64;

    private static readonly HashSet<string> Primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

    /// <summary>The text without white space, member order kept.</summary>
    /// <exception cref="RegistryException">Not an Avro schema.</exception>
    public static string Normalise(string? text)
    {
        try
        {
            using var document = JsonDocument.Parse(text ?? "", new JsonDocumentOptions { MaxDepth = MaxDepth });
            Check(document.RootElement, space: "", []);
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
                document.RootElement.WriteTo(writer);
            return Encoding.UTF8.GetString(buffer.ToArray());
        }
        catch (JsonException fault)
        {
            throw RegistryException.InvalidSchema(fault.Message);
        }
    }

    private static void Check(JsonElement schema, string space, HashSet<string> names)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.String:
                CheckReference(schema.GetString()!, space, names);
                break;
            case JsonValueKind.Array:
                foreach (var branch in schema.EnumerateArray())
                {
                    if (branch.ValueKind == JsonValueKind.Array)
                        throw RegistryException.InvalidSchema("a union directly in a union");
                    Check(branch, space, names);
                }

                break;
            case JsonValueKind.Object:
                CheckComplex(schema, space, names);
                break;
            default:
                throw RegistryException.InvalidSchema($"a {schema.ValueKind} where a type is expected");
        }
    }

    private static void CheckComplex(JsonElement schema, string space, HashSet<string> names)
    {
        var type = Required(schema, "type", "a type");
        if (type.ValueKind != JsonValueKind.String)
        {
            Check(type, space, names);
            return;
        }

        switch (type.GetString())
        {
            case "record" or "error":
                var inner = Define(schema, space, names);
                CheckFields(schema, inner, names);
                break;
            case "enum":
                Define(schema, space, names);
                CheckSymbols(schema);
                break;
            case "fixed":
                Define(schema, space, names);
                if (Required(schema, "size", "a fixed") is not { ValueKind: JsonValueKind.Number } size
                    || !size.TryGetInt32(out var bytes)
                    || bytes < 0)
                {
                    throw RegistryException.InvalidSchema("a fixed needs a size of at least 0");
                }

                break;
            case "array":
                Check(Required(schema, "items", "an array"), space, names);
                break;
            case "map":
                Check(Required(schema, "values", "a map"), space, names);
                break;
            case var name:
                CheckReference(name!, space, names);
                break;
        }
    }

    private static void CheckFields(JsonElement schema, string space, HashSet<string> names)
    {
        var fields = Required(schema, "fields", "a record");
        if (fields.ValueKind != JsonValueKind.Array)
            throw RegistryException.InvalidSchema("the fields of a record are an array");

        var seen = new HashSet<string>();
        foreach (var field in fields.EnumerateArray())
        {
            var name = Text(field, "name");
            if (!IsName(name) || !seen.Add(name!))
                throw RegistryException.InvalidSchema($"field name '{name}' is missing, not a name or used twice");
            Check(Required(field, "type", $"field '{name}'"), space, names);
        }
    }

    private static void CheckSymbols(JsonElement schema)
    {
        var symbols = Required(schema, "symbols", "an enum");
        var seen = new HashSet<string>();
        var isSound = symbols.ValueKind == JsonValueKind.Array && symbols.EnumerateArray().All(symbol =>
            symbol.ValueKind == JsonValueKind.String && IsName(symbol.GetString()) && seen.Add(symbol.GetString()!));
        if (!isSound)
            throw RegistryException.InvalidSchema("the symbols of an enum are different names");
    }

    /// <summary>Takes a named type into <paramref name="names"/> and returns the namespace its parts are in.</summary>
    private static string Define(JsonElement schema, string space, HashSet<string> names)
    {
        var name = Text(schema, "name");
        if (name is null || !name.Split('.').All(IsName))
            throw RegistryException.InvalidSchema($"type name '{name}' is missing or not a name");

        var full = name.Contains('.') ? name : Qualify(name, Text(schema, "namespace") ?? space);
        if (Primitives.Contains(full) || !names.Add(full))
            throw RegistryException.InvalidSchema($"type '{full}' is defined twice");
        return full.Contains('.') ? full[..full.LastIndexOf('.')] : "";
    }

    private static void CheckReference(string name, string space, HashSet<string> names)
    {
        if (!Primitives.Contains(name) && !names.Contains(name) && !names.Contains(Qualify(name, space)))
            throw RegistryException.InvalidSchema($"type '{name}' is not defined");
    }

    private static JsonElement Required(JsonElement schema, string member, string of) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(member, out var value)
            ? value
            : throw RegistryException.InvalidSchema($"{of} needs '{member}'");

    private static string? Text(JsonElement schema, string member) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Qualify(string name, string space) => space.Length == 0 ? name : $"{space}.{name}";

    private static bool IsName(string? name) =>
        name is { Length: > 0 }
        && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
