using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrackHub.Interop.Codec;

/// <summary>
/// Spells a record the way the peers do, so that values can be compared across languages: numbers as text, doubles as their bits, bytes in
/// base64, enums as symbols, records by field name. It goes by the schema and the record's members, and knows nothing of the codec.
/// </summary>
internal sealed class Spelling
{
    /// <summary>Stands for the one double that has many bit patterns.</summary>
    public const string NaN = "not a number";

    private readonly JsonElement _schema;
    private readonly Dictionary<string, JsonElement> _named = new(StringComparer.Ordinal);

    public Spelling(string schemaJson)
    {
        _schema = JsonDocument.Parse(schemaJson).RootElement.Clone();
        Collect(_schema);
    }

    /// <summary>The record's spelling.</summary>
    public JsonNode Of(object record) => Spell(_schema, record)!;

    private JsonNode? Spell(JsonElement type, object? value) => (type.ValueKind, value) switch
    {
        (_, null) => null,
        (JsonValueKind.Array, _) => Spell(type.EnumerateArray().Single(static branch => branch.ValueKind != JsonValueKind.String || branch.GetString() != "null"), value),
        (JsonValueKind.String, _) when _named.TryGetValue(type.GetString()!, out var named) => Spell(named, value),
        (_, string or bool) => JsonValue.Create((dynamic)value),
        (_, int or long) => Convert.ToString(value, CultureInfo.InvariantCulture),
        (_, DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        (_, double number) => double.IsNaN(number) ? NaN : Bits(number),
        (_, byte[] bytes) => Convert.ToBase64String(bytes),
        (_, Enum symbol) => type.GetProperty("symbols").EnumerateArray().Select(static s => s.GetString()!).Single(s => IsName(s, symbol.ToString())),
        (_, System.Collections.IEnumerable list) => new JsonArray([.. list.Cast<object?>().Select(item => Spell(type.GetProperty("items"), item))]),
        _ => SpellRecord(type, value),
    };

    private JsonObject SpellRecord(JsonElement type, object record)
    {
        var spelling = new JsonObject();
        foreach (var field in type.GetProperty("fields").EnumerateArray())
        {
            var name = field.GetProperty("name").GetString()!;
            var member = record.GetType().GetProperties().Single(property => IsName(name, property.Name));
            spelling.Add(name, Spell(field.GetProperty("type"), member.GetValue(record)));
        }

        return spelling;
    }

    private static string Bits(double number)
    {
        var bits = new byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(bits, number);
        return Convert.ToHexStringLower(bits);
    }

    /// <summary>snake_case of Avro is PascalCase here.</summary>
    private static bool IsName(string avro, string member) => avro.Replace("_", "", StringComparison.Ordinal).Equals(member, StringComparison.OrdinalIgnoreCase);

    private void Collect(JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in type.EnumerateArray())
                Collect(part);
        }
        else if (type.ValueKind == JsonValueKind.Object)
        {
            if (type.TryGetProperty("name", out var name) && type.TryGetProperty("namespace", out var space))
                _named.TryAdd($"{space.GetString()}.{name.GetString()}", type);
            foreach (var part in type.EnumerateObject().Where(static part => part.Name is "type" or "items" or "fields"))
                Collect(part.Value);
        }
    }
}
