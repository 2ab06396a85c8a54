using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace TrackHub.Schemas;

/// <summary>
/// Schema text to <see cref="AvroSchema"/>. The text may come from anyone who can register one: it is read within fixed limits of
/// length and depth, in time linear in its length. Source: Avro 1.12 specification, "Schema Declaration" and "Names".
/// </summary>
/// <remarks>
/// Stricter than the specification in one thing: items of an array must take bytes. A million nulls are four bytes, so that
/// nothing in the input would bound the work they make.
/// </remarks>
internal sealed class SchemaParser
{
    /// <summary>Longest text that is read; TrackHub's own schemas have about 12,000 characters.</summary>
    public const int MaxChars = 1024 * 1024;

    private const int MaxJsonDepth = 256;
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = MaxJsonDepth };
    private readonly Dictionary<string, NamedSchema> _named = new(StringComparer.Ordinal);

    private SchemaParser()
    {
    }

    /// <summary>The schema; false with the fault, for people, if the text is none or beyond the limits.</summary>
    public static bool TryParse(string json, [NotNullWhen(true)] out AvroSchema? schema, out string fault)
    {
        schema = null;
        if (json.Length > MaxChars)
        {
            fault = $"the schema has {json.Length} characters, more than {MaxChars}";
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(json, Limits);
            schema = new SchemaParser().Parse(document.RootElement, space: "");
            fault = "";
            return true;
        }
        catch (FormatException notAvro)
        {
            fault = notAvro.Message;
        }
        catch (Exception notAvro) when (notAvro is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            fault = "it is no Avro schema";   // no JSON, a lone surrogate, or a member that is missing or of another kind than Avro's
        }

        return false;
    }

    private AvroSchema Parse(JsonElement type, string space) => type.ValueKind switch
    {
        JsonValueKind.String => Find(type.GetString()!, space),
        JsonValueKind.Array => ParseUnion(type, space),
        _ => ParseObject(type, space),
    };

    private AvroSchema Find(string name, string space, string? logicalType = null)
    {
        if (Primitive(name) is { } kind)
            return new PrimitiveSchema(kind) { LogicalType = logicalType };

        return _named.TryGetValue(FullName(name, space), out var named) ? named : throw new FormatException("it names a type that it does not define");
    }

    private UnionSchema ParseUnion(JsonElement type, string space)
    {
        var branches = new List<AvroSchema>();
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in type.EnumerateArray())
        {
            var branch = Parse(element, space);
            if (branch is UnionSchema || !kinds.Add((branch as NamedSchema)?.FullName ?? branch.Display))
                throw new FormatException("a union holds a union, or one type twice");
            branches.Add(branch);
        }

        return new(branches);
    }

    private AvroSchema ParseObject(JsonElement type, string space)
    {
        var kind = type.GetProperty("type");
        if (kind.ValueKind != JsonValueKind.String)
            return Parse(kind, space);   // {"type": {…}} says no more than {…}

        return kind.GetString() switch
        {
            "record" or "error" => ParseRecord(type, space),
            "enum" => ParseEnum(type, space),
            "fixed" => ParseFixed(type, space),
            "array" => ParseArray(type, space),
            "map" => new MapSchema(Parse(type.GetProperty("values"), space)),
            var name => Find(name!, space, LogicalTypeOf(type)),
        };
    }

    private ArraySchema ParseArray(JsonElement type, string space)
    {
        var items = Parse(type.GetProperty("items"), space);
        return items.TakesBytes ? new(items) : throw new FormatException("items of an array take no bytes");
    }

    private RecordSchema ParseRecord(JsonElement type, string space)
    {
        var (fullName, inner) = NameOf(type, space);
        var record = Declare(new RecordSchema(fullName, AliasesOf(type, inner)));
        var fields = new List<RecordSchemaField>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in type.GetProperty("fields").EnumerateArray())
        {
            var name = Checked(field.GetProperty("name").GetString());
            if (!names.Add(name))
                throw new FormatException("a record has two fields of one name");

            JsonElement? fallback = field.TryGetProperty("default", out var value) ? value.Clone() : null;
            fields.Add(new(name, AliasesOf(field, space: ""), Parse(field.GetProperty("type"), inner), fallback));
        }

        record.Complete(fields);
        return record;
    }

    private EnumSchema ParseEnum(JsonElement type, string space)
    {
        var (fullName, inner) = NameOf(type, space);
        var symbols = type.GetProperty("symbols").EnumerateArray().Select(static s => Checked(s.GetString())).ToList();
        if (symbols.Distinct(StringComparer.Ordinal).Count() != symbols.Count)
            throw new FormatException("an enum has one symbol twice");

        var fallback = type.TryGetProperty("default", out var value) ? value.GetString() : null;
        return fallback is null || symbols.Contains(fallback, StringComparer.Ordinal)
            ? Declare(new EnumSchema(fullName, AliasesOf(type, inner), symbols, fallback))
            : throw new FormatException("an enum's default is none of its symbols");
    }

    private FixedSchema ParseFixed(JsonElement type, string space)
    {
        var (fullName, inner) = NameOf(type, space);
        var size = type.GetProperty("size").GetInt32();
        return size >= 0
            ? Declare(new FixedSchema(fullName, AliasesOf(type, inner), size) { LogicalType = LogicalTypeOf(type) })
            : throw new FormatException("a fixed has a negative size");
    }

    private T Declare<T>(T schema)
        where T : NamedSchema =>
        _named.TryAdd(schema.FullName, schema) ? schema : throw new FormatException("it defines one name twice");

    private static (string FullName, string Namespace) NameOf(JsonElement type, string space)
    {
        if (type.TryGetProperty("namespace", out var own) && own.ValueKind == JsonValueKind.String)
            space = own.GetString()!;

        var fullName = Checked(FullName(type.GetProperty("name").GetString()!, space));
        var dot = fullName.LastIndexOf('.');
        return (fullName, dot < 0 ? "" : fullName[..dot]);
    }

    private static List<string> AliasesOf(JsonElement owner, string space) =>
        owner.TryGetProperty("aliases", out var aliases)
            ? [.. aliases.EnumerateArray().Select(alias => Checked(FullName(alias.GetString()!, space)))]
            : [];

    // Unknown ones are ignored, as the specification asks; those it lists change what a number means.
    private static string? LogicalTypeOf(JsonElement type) =>
        type.TryGetProperty("logicalType", out var logical) && logical.ValueKind == JsonValueKind.String
            ? logical.GetString() switch
            {
                "decimal" => $"decimal({NumberOf(type, "precision")}, {NumberOf(type, "scale")})",
                "uuid" or "date" or "duration" or "time-millis" or "time-micros" or "timestamp-millis" or "timestamp-micros" or "timestamp-nanos"
                    or "local-timestamp-millis" or "local-timestamp-micros" or "local-timestamp-nanos" => logical.GetString(),
                _ => null,
            }
            : null;

    private static int NumberOf(JsonElement type, string member) =>
        type.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : 0;

    private static string FullName(string name, string space) => space.Length == 0 || name.Contains('.') ? name : $"{space}.{name}";

    /// <summary>The name, if it is one: so it is fit for a message, too.</summary>
    private static string Checked(string? name)
    {
        var isName = name is { Length: > 0 };
        var starts = true;
        foreach (var c in name ?? "")
        {
            isName &= char.IsAsciiLetter(c) || c == '_' || (!starts && (char.IsAsciiDigit(c) || c == '.'));
            starts = c == '.';
        }

        return isName && !starts ? name! : throw new FormatException("a name is not made of letters, digits and underscores");
    }

    private static PrimitiveKind? Primitive(string name) => name switch
    {
        "null" => PrimitiveKind.Null,
        "boolean" => PrimitiveKind.Boolean,
        "int" => PrimitiveKind.Int,
        "long" => PrimitiveKind.Long,
        "float" => PrimitiveKind.Float,
        "double" => PrimitiveKind.Double,
        "bytes" => PrimitiveKind.Bytes,
        "string" => PrimitiveKind.String,
        _ => null,
    };
}
