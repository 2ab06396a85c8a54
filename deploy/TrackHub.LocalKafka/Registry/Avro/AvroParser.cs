using System.Text.Json;

namespace TrackHub.LocalKafka.Registry.Avro;

/// <summary>Reads one self-contained Avro schema.</summary>
/// <remarks>Source: https://avro.apache.org/docs/1.11.1/specification/#schema-declaration.</remarks>
internal sealed class AvroParser
{
    private const int MaxDepth = 64;

    private static readonly HashSet<string> TypeMembers =
        new(["doc", "fields", "items", "name", "namespace", "size", "symbols", "values", "type", "aliases"], StringComparer.Ordinal);

    private static readonly HashSet<string> FieldMembers = new(["default", "doc", "name", "order", "type", "aliases"], StringComparer.Ordinal);

    private readonly bool _checkDefaults;
    private readonly Dictionary<string, AvroNamed> _named = new(StringComparer.Ordinal);

    private AvroParser(bool checkDefaults) => _checkDefaults = checkDefaults;

    /// <summary>Parses a schema.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="checkDefaults">Refuses defaults that their field's type does not hold: for new schemas; one that is registered stays readable.</param>
    /// <exception cref="RegistryException">42201: not an Avro schema.</exception>
    public static AvroType Parse(string? text, bool checkDefaults)
    {
        if (string.IsNullOrWhiteSpace(text))
            throw RegistryException.InvalidSchema("the schema is empty");

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            using (var all = new Utf8JsonWriter(Stream.Null))
                document.WriteTo(all);   // finds the texts that cannot be read, wherever they stand
            return new AvroParser(checkDefaults).Type(document.RootElement.Clone(), space: "");
        }
        catch (JsonException fault)
        {
            throw RegistryException.InvalidSchema(fault.Message);
        }
        catch (InvalidOperationException)
        {
            throw RegistryException.InvalidSchema("a text in it holds half of a surrogate pair");
        }
    }

    private AvroType Type(JsonElement schema, string space) => schema.ValueKind switch
    {
        JsonValueKind.String => Reference(schema.GetString()!, space, extras: []),
        JsonValueKind.Array => Union(schema, space),
        JsonValueKind.Object => Complex(schema, space),
        var other => throw RegistryException.InvalidSchema($"a {other} where a type is expected"),
    };

    private AvroUnion Union(JsonElement schema, string space)
    {
        var branches = schema.EnumerateArray().Select(branch => Type(branch, space)).ToList();
        if (branches.Exists(static branch => branch is AvroUnion))
            throw RegistryException.InvalidSchema("a union directly in a union");
        if (branches.GroupBy(static branch => (branch as AvroNamed)?.Name.Full ?? branch.Kind, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
            throw RegistryException.InvalidSchema($"a union with '{twice.Key}' twice");
        return new(branches);
    }

    private AvroType Complex(JsonElement schema, string space)
    {
        var type = Required(schema, "type", "a type");
        if (type.ValueKind != JsonValueKind.String)
            return Type(type, space);

        switch (type.GetString())
        {
            case "record" or "error":
                return Record(schema, type.GetString()!, space);
            case "enum":
                var symbols = Symbols(schema);
                return Define(new AvroEnum(NameOf(schema, space), symbols)
                {
                    Doc = Text(schema, "doc"),
                    Aliases = Aliases(schema),
                    Extras = Extras(schema, TypeMembers, "default"),
                    Default = EnumDefault(schema, symbols),
                });
            case "fixed":
                return Define(new AvroFixed(NameOf(schema, space), Size(schema))
                {
                    Doc = Text(schema, "doc"),
                    Aliases = Aliases(schema),
                    Extras = Extras(schema, TypeMembers),
                });
            case ("array" or "map") and var kind:
                var member = AvroCollection.ItemMember(kind);
                return new AvroCollection(kind, Type(Required(schema, member, $"a type {kind}"), space)) { Extras = Extras(schema, TypeMembers) };
            case var name:
                return Reference(name!, space, Extras(schema, TypeMembers));
        }
    }

    private AvroRecord Record(JsonElement schema, string kind, string space)
    {
        var record = Define(new AvroRecord(kind, NameOf(schema, space))
        {
            Doc = Text(schema, "doc"),
            Aliases = Aliases(schema),
            Extras = Extras(schema, TypeMembers),
        });
        var fields = Required(schema, "fields", "a record");
        if (fields.ValueKind != JsonValueKind.Array)
            throw RegistryException.InvalidSchema("the fields of a record are an array");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields.EnumerateArray())
        {
            var name = Text(field, "name");
            if (!IsName(name) || !seen.Add(name!))
                throw RegistryException.InvalidSchema($"field name '{name}' is missing, not a name or used twice");

            var type = Type(Required(field, "type", $"field '{name}'"), record.Name.Space);
            JsonElement? value = field.TryGetProperty("default", out var given) ? given : null;
            if (_checkDefaults && value is { } toCheck && !AvroDefaults.IsOf(toCheck, type))
                throw RegistryException.InvalidSchema($"the default of field '{name}' is not a value of its type (of a union's first branch)");
            record.Fields.Add(new(name!, type)
            {
                Default = value,
                Doc = Text(field, "doc"),
                Aliases = Aliases(field),
                Order = Text(field, "order") is { } order and not "ascending" ? order : null,
                Extras = Extras(field, FieldMembers),
            });
        }

        return record;
    }

    private AvroType Reference(string name, string space, IReadOnlyList<JsonProperty> extras)
    {
        if (AvroPrimitive.Names.Contains(name))
            return new AvroPrimitive(name) { Extras = extras };
        return _named.GetValueOrDefault(AvroName.Of(name, space).Full)
            ?? _named.GetValueOrDefault(name)   // a name that is not of this namespace may be of none
            ?? throw RegistryException.InvalidSchema($"type '{name}' is not defined");
    }

    private T Define<T>(T type)
        where T : AvroNamed =>
        !AvroPrimitive.Names.Contains(type.Name.Full) && _named.TryAdd(type.Name.Full, type)
            ? type
            : throw RegistryException.InvalidSchema($"type '{type.Name.Full}' is defined twice");

    private static AvroName NameOf(JsonElement schema, string space)
    {
        var name = Text(schema, "name");
        if (name is null || !name.Split('.').All(IsName))
            throw RegistryException.InvalidSchema($"type name '{name}' is missing or not a name");
        return AvroName.Of(name, Text(schema, "namespace") ?? space);
    }

    private static List<string> Symbols(JsonElement schema)
    {
        var symbols = Strings(Required(schema, "symbols", "an enum"));
        return symbols is not null && symbols.TrueForAll(IsName) && symbols.Distinct(StringComparer.Ordinal).Count() == symbols.Count
            ? symbols
            : throw RegistryException.InvalidSchema("the symbols of an enum are different names");
    }

    private static string? EnumDefault(JsonElement schema, List<string> symbols)
    {
        var value = Text(schema, "default");
        return value is null || symbols.Contains(value, StringComparer.Ordinal)
            ? value
            : throw RegistryException.InvalidSchema($"the default '{value}' of an enum is not one of its symbols");
    }

    private static int Size(JsonElement schema) =>
        Required(schema, "size", "a fixed") is { ValueKind: JsonValueKind.Number } size && size.TryGetInt32(out var bytes) && bytes >= 0
            ? bytes
            : throw RegistryException.InvalidSchema("a fixed needs a size of at least 0");

    private static List<string> Aliases(JsonElement schema) =>
        !schema.TryGetProperty("aliases", out var aliases) ? []
        : Strings(aliases) ?? throw RegistryException.InvalidSchema("aliases are an array of names");

    private static List<string>? Strings(JsonElement array) =>
        array.ValueKind == JsonValueKind.Array && array.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String)
            ? [.. array.EnumerateArray().Select(static item => item.GetString()!)]
            : null;

    private static List<JsonProperty> Extras(JsonElement schema, HashSet<string> known, string? alsoKnown = null) =>
        [.. schema.EnumerateObject().Where(member => !known.Contains(member.Name) && member.Name != alsoKnown)];

    private static JsonElement Required(JsonElement schema, string member, string of) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(member, out var value)
            ? value
            : throw RegistryException.InvalidSchema($"{of} needs '{member}'");

    private static string? Text(JsonElement schema, string member) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static bool IsName(string? name) =>
        name is { Length: > 0 }
        && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
