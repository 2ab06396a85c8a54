using System.Text.Json;

namespace TrackHub.Schemas.Tests.Schemas;

/// <summary>What lies in topics for months: names, order, types and defaults of every record and enum, a line each.</summary>
internal static class SchemaShape
{
    public static IEnumerable<string> Of(params IEnumerable<string> schemas)
    {
        var types = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var schema in schemas)
        {
            using var json = JsonDocument.Parse(schema);
            Name(json.RootElement, types);
        }

        return types.SelectMany(static type => type.Value.Prepend(type.Key));
    }

    /// <summary>How a type is spelt in a field's line; a definition is added to the types on the way.</summary>
    private static string Name(JsonElement type, SortedDictionary<string, List<string>> types)
    {
        if (type.ValueKind == JsonValueKind.String)
            return type.GetString()!;
        if (type.ValueKind == JsonValueKind.Array)
            return string.Join(" | ", type.EnumerateArray().Select(branch => Name(branch, types)));

        var kind = type.GetProperty("type").GetString()!;
        if (kind == "array")
            return $"[{Name(type.GetProperty("items"), types)}]";
        if (kind is not ("record" or "enum"))
            return type.TryGetProperty("logicalType", out var logical) ? $"{kind} {logical.GetString()}" : kind;

        var fullName = $"{type.GetProperty("namespace").GetString()}.{type.GetProperty("name").GetString()}";
        types[fullName] = kind == "enum"
            ? [.. type.GetProperty("symbols").EnumerateArray().Select(static (symbol, i) => $"  {i} {symbol.GetString()}"), .. DefaultOf(type, "  otherwise ")]
            : [.. type.GetProperty("fields").EnumerateArray().Select(field => $"  {field.GetProperty("name").GetString()}: {Name(field.GetProperty("type"), types)}{string.Concat(DefaultOf(field, " = "))}")];
        return fullName;
    }

    private static IEnumerable<string> DefaultOf(JsonElement owner, string prefix) =>
        owner.TryGetProperty("default", out var value) ? [prefix + value.GetRawText()] : [];
}
